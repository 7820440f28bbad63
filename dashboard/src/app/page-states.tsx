// What stands in the place of a page: while it loads, when it failed, when there is none.
import { Button } from '@mantine/core'
import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { EmptyState, ErrorState, PageHeader, Skeletons } from '@/shared/ui'
import classes from './page-states.module.css'

export function PagePending() {
  return (
    <div className={classes.alone}>
      <Skeletons lines={6} />
    </div>
  )
}

export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const { t } = useTranslation('app')
  const queries = useQueryErrorResetBoundary()
  const retry = () => {
    queries.reset()
    reset()
    void router.invalidate()
  }
  return (
    <main className={classes.alone}>
      <PageHeader title={t('page.failed')} />
      <ErrorState error={error} onRetry={retry} />
    </main>
  )
}

export function NotFound() {
  const { t } = useTranslation('app')
  return (
    <main className={classes.alone}>
      <PageHeader title={t('page.missing')} />
      <EmptyState title={t('page.nothing')} next={t('page.nothingNext')}>
        <Button component={Link} to="/" size="sm">
          {t('page.goHome')}
        </Button>
      </EmptyState>
    </main>
  )
}
