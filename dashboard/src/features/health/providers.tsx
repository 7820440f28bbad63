// The providers: what is configured, and how they do in the process that answers.
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import { useFormat } from '@/shared/format'
import { Answered, Panel, StatusBadge, type Tone } from '@/shared/ui'
import classes from './providers.module.css'
import { useProviders } from './use-health'

const STAGES = ['stt', 'brain', 'clause', 'voice'] as const

function isStage(name: string): name is (typeof STAGES)[number] {
  return STAGES.some((each) => each === name)
}

type Provider = Schema<'ProviderOut'>

export function Providers() {
  const { t } = useTranslation('health')
  const providers = useProviders()
  const note = providers.data && <span className={classes.note}>{t('providers.of', { node: providers.data.node })}</span>
  return (
    <Panel title={t('providers.title')} actions={note} flush>
      <Answered query={providers}>
        {({ items }) => (
          <ul className={classes.list}>
            {items.map((provider) => (
              <li key={`${provider.kind}/${provider.name}`} className={classes.provider}>
                <One provider={provider} />
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </Panel>
  )
}

function One({ provider }: { provider: Provider }) {
  const { t } = useTranslation('health')
  const format = useFormat()
  const errors = Object.entries(provider.errors).filter(([, count]) => count > 0)
  return (
    <>
      <div className={classes.head}>
        <span className={classes.kind}>{t(`providers.kind.${provider.kind}`)}</span>
        <State provider={provider} failing={errors.length > 0} />
      </div>
      <strong className={classes.name}>{provider.name || '–'}</strong>
      <span className={classes.about}>{[provider.model, provider.voice].filter(Boolean).join(' · ') || '–'}</span>
      {errors.map(([kind, count]) => (
        <span key={kind} className={classes.error}>
          {t('providers.error', { count, kind })}
        </span>
      ))}
      {provider.latency.length > 0 && (
        <table className={classes.latency}>
          <thead>
            <tr>
              <th scope="col">{t('providers.stage')}</th>
              <th scope="col">p50</th>
              <th scope="col">p95</th>
            </tr>
          </thead>
          <tbody>
            {provider.latency.map((stage) => (
              <tr key={stage.stage}>
                <th scope="row">{isStage(stage.stage) ? t(`providers.stages.${stage.stage}`) : stage.stage}</th>
                <td>{stage.p50_ms === null ? '–' : format.latency(stage.p50_ms)}</td>
                <td>{stage.p95_ms === null ? '–' : format.latency(stage.p95_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

const BREAKER: Record<NonNullable<Provider['breaker']>, Tone> = { closed: 'ok', half_open: 'warn', open: 'bad' }

function State({ provider, failing }: { provider: Provider; failing: boolean }) {
  const { t } = useTranslation('health')
  if (!provider.configured) return <StatusBadge tone="bad">{t('providers.missing')}</StatusBadge>
  if (provider.breaker && provider.breaker !== 'closed') {
    return <StatusBadge tone={BREAKER[provider.breaker]}>{t(`providers.breaker.${provider.breaker}`)}</StatusBadge>
  }
  if (failing) return <StatusBadge tone="warn">{t('providers.failing')}</StatusBadge>
  return <StatusBadge tone="ok">{t('providers.ready')}</StatusBadge>
}
