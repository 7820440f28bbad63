// Stands in the place of a page that the person may not see.
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/session'
import { EmptyState, PageHeader } from '@/shared/ui'
import { LockIcon } from '@/shared/ui/icons'

export default function Forbidden({ needs }: { needs: string }) {
  const { t } = useTranslation('app')
  const me = useMe()
  const role = me ? t(`role.${me.role}`, { defaultValue: me.role }) : ''
  return (
    <>
      <PageHeader title={t('forbidden.title')} />
      <EmptyState icon={LockIcon} title={t('forbidden.what', { needs, role })} next={t('forbidden.next')}>
        <Button component={Link} to="/" size="sm">
          {t('page.goHome')}
        </Button>
      </EmptyState>
    </>
  )
}
