// How bad an alert is: shape, word and colour.
import { useTranslation } from 'react-i18next'
import { StatusBadge } from '@/shared/ui'
import { SEVERITY_TONE, type Alert } from './open-alerts'

export function Severity({ severity }: { severity: Alert['severity'] }) {
  const { t } = useTranslation('shared')
  return <StatusBadge tone={SEVERITY_TONE[severity]}>{t(`severity.${severity}`)}</StatusBadge>
}
