// What stands where there is nothing to show yet, nothing at all, or an error.
import { Button, Skeleton } from '@mantine/core'
import type { ComponentType, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiProblem } from '@/shared/api'
import { RefreshIcon, WarnIcon, type IconProps } from './icons'
import classes from './states.module.css'

interface EmptyProps {
  title: string
  /** The next step, in a sentence. */
  next: ReactNode
  icon?: ComponentType<IconProps>
  /** A button or link that takes it. */
  children?: ReactNode
}

export function EmptyState({ title, next, icon: Icon, children }: EmptyProps) {
  return (
    <div className={classes.state}>
      {Icon && (
        <span className={classes.icon}>
          <Icon size={22} />
        </span>
      )}
      <p className={classes.title}>{title}</p>
      <p className={classes.next}>{next}</p>
      {children}
    </div>
  )
}

/** The title and the advice for an error, in the language. */
export function useProblemText(error: unknown): { title: string; next: string } {
  const { t, i18n } = useTranslation('shared')
  const code = error instanceof ApiProblem ? error.code : 'page'
  if (i18n.exists(`shared:problem.${code}.title`)) {
    return { title: t(`problem.${code}.title`), next: t(`problem.${code}.next`) }
  }
  const problem = error as ApiProblem
  return { title: problem.title || t('problem.other.title'), next: problem.detail || t('problem.other.next') }
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation('shared')
  const { title, next } = useProblemText(error)
  return (
    <div className={classes.state} role="alert" data-tone="bad">
      <span className={classes.icon}>
        <WarnIcon size={22} />
      </span>
      <p className={classes.title}>{title}</p>
      <p className={classes.next}>{next}</p>
      {error instanceof ApiProblem && error.status > 0 && (
        <p className={classes.code}>
          {error.status} · {error.code}
        </p>
      )}
      {onRetry && (
        <Button variant="default" size="xs" leftSection={<RefreshIcon size={14} />} onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  )
}

/** Bars in place of what is loading; told once to a screen reader. */
export function Skeletons({ lines = 4, height = 18 }: { lines?: number; height?: number }) {
  const { t } = useTranslation('shared')
  return (
    <div className={classes.skeletons} role="status">
      <span className="visually-hidden">{t('loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={height} width={`${100 - ((line * 17) % 40)}%`} />
      ))}
    </div>
  )
}

interface QueryLike<T> {
  data: T | undefined
  error: unknown
  isFetching: boolean
  refetch: () => unknown
}

/** Loading, failed, or there: old data stay when asking again fails. */
export function Answered<T>({ query, children }: { query: QueryLike<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data)
  if (query.error && !query.isFetching) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  return <Skeletons />
}
