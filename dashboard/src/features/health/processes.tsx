// Each process as the sidecar sees it, and how old that is.
import { useTranslation } from 'react-i18next'
import type { ProcessStatus } from '@/shared/api'
import { useFormat } from '@/shared/format'
import { useNow } from '@/shared/hooks/now'
import { ProcessBadge, useOtherReasons, useProcessWords } from '@/shared/processes'
import { Duration, Panel } from '@/shared/ui'
import { Facts } from './facts'
import classes from './processes.module.css'
import type { useStatus } from './use-health'

export type Status = NonNullable<ReturnType<typeof useStatus>['data']>

export function Processes({ status }: { status: Status }) {
  const { t } = useTranslation('health')
  const others = useOtherReasons()(status.reasons)
  return (
    <Panel title={t('processes.title')} flush>
      {others.map((reason) => (
        <p key={reason} className={classes.reason}>
          {reason}
        </p>
      ))}
      <ul className={classes.list}>
        {status.processes.map((process) => (
          <li key={process.name} className={classes.process}>
            <Process process={process} seenAt={status.seenAt} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Process({ process, seenAt }: { process: ProcessStatus; seenAt: number }) {
  const { t } = useTranslation('health')
  const format = useFormat()
  const words = useProcessWords()
  const ms = (value: number | null) => (value === null ? null : format.latency(value))
  const count = (value: number | null) => (value === null ? null : format.number(value))
  return (
    <>
      <div className={classes.head}>
        <strong className={classes.name}>{process.name}</strong>
        <ProcessBadge state={process.state} />
        <Age at={process.age_s === null ? null : seenAt - process.age_s} />
      </div>
      <p className={classes.why}>{words(process.state, process.reasons)}</p>
      <Facts
        facts={[
          [t('fact.calls'), count(process.calls_live)],
          [t('fact.answer'), ms(process.answer_ms)],
          [t('fact.lag'), ms(process.loop_lag_ms)],
          [t('fact.memory'), process.memory_mb === null ? null : format.bytes(process.memory_mb * 1e6)],
          [t('fact.cpu'), process.cpu_percent === null ? null : format.percent(process.cpu_percent / 100)],
          [t('fact.uptime'), process.uptime_s === null ? null : <Duration seconds={process.uptime_s} />],
          [t('fact.version'), process.version],
          [t('fact.pid'), process.pid === null ? null : String(process.pid)],
        ]}
      />
    </>
  )
}

/** How old what is known is, ticking. */
export function Age({ at }: { at: number | null }) {
  const { t } = useTranslation('health')
  const format = useFormat()
  const now = useNow(1000) / 1000
  if (at === null) return <span className={classes.age}>{t('age.never')}</span>
  return <span className={classes.age}>{t('age.seen', { ago: format.relative(at, Math.max(at, now)) })}</span>
}
