// How the whole does, in one badge.
import { useTranslation } from 'react-i18next'
import type { Overall } from '@/shared/api/sidecar'
import { StatusBadge } from '@/shared/ui'
import { OVERALL_TONE } from './states'

export function OverallBadge({ status }: { status: Overall }) {
  const { t } = useTranslation('shared')
  return <StatusBadge tone={OVERALL_TONE[status]}>{t(`process.status.${status}`)}</StatusBadge>
}
