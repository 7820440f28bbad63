// Says whether what is shown is what happens now.
import { useTranslation } from 'react-i18next'
import { useConnection, type ConnectionState } from '@/shared/live'
import { StatusDot, type Tone } from '@/shared/ui'
import classes from './connection-light.module.css'

const TONES: Record<ConnectionState, Tone> = { connecting: 'idle', live: 'ok', broken: 'bad' }

export function ConnectionLight() {
  const { t } = useTranslation('app')
  const { state } = useConnection()
  return (
    <span className={classes.light} role="status" data-state={state}>
      <StatusDot tone={TONES[state]} />
      {t(`connection.${state}`)}
    </span>
  )
}

/** Stands above the page while it may show what is no longer true. */
export function Broken() {
  const { t } = useTranslation('app')
  const { state, retry } = useConnection()
  if (state !== 'broken') return null
  return (
    <section className={classes.broken} aria-label={t('connection.broken')}>
      <span>{t('connection.old')}</span>
      <button type="button" className={classes.retry} onClick={retry}>
        {t('connection.retry')}
      </button>
    </section>
  )
}
