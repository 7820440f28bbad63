// Where the callers' waiting time went, reply by reply.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { Hint, Panel } from '@/shared/ui'
import { beyond } from '../ear/marks'
import type { Line } from '../transcript/lines'
import classes from './latency.module.css'
import { LatencyTable } from './latency-table'
import { OWNERS, quantile, scaleOf, THRESHOLDS, waitsOf } from './stages'
import { WaitBar } from './wait-bar'

export function LatencyPanel({ lines }: { lines: readonly Line[] }) {
  const { t } = useTranslation('call')
  const [asTable, setAsTable] = useState(false)
  const waits = waitsOf(lines.map((line) => line.turn))
  const startOf = new Map(lines.map((line) => [line.turn.index, line.start]))
  const scale = scaleOf(waits)
  const toggle = waits.length > 0 && (
    <button type="button" className={classes.toggle} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
      {t('shared:chart.table')}
    </button>
  )
  return (
    <Panel title={t('latency.title')} actions={toggle}>
      {waits.length === 0 && <p className={classes.none}>{t('latency.none')}</p>}
      {waits.length > 0 && <Summary totals={waits.map((wait) => wait.total)} />}
      {asTable && waits.length > 0 && <LatencyTable waits={waits} startOf={startOf} />}
      {!asTable && waits.length > 0 && (
        <>
          <Legend line={waits.some((wait) => beyond(wait.total, wait.ear) !== null)} />
          <ol className={classes.bars}>
            {waits.map((wait) => (
              <WaitBar key={wait.index} wait={wait} at={startOf.get(wait.index) ?? 0} scale={scale} />
            ))}
          </ol>
          <Axis scale={scale} />
        </>
      )}
    </Panel>
  )
}

function Summary({ totals }: { totals: readonly number[] }) {
  const { t } = useTranslation('call')
  const format = useFormat()
  const half = quantile(totals, 0.5) ?? 0
  const most = quantile(totals, 0.95) ?? 0
  return (
    <p className={classes.summary}>
      {t('latency.summary', { count: totals.length, half: format.latency(half), most: format.latency(most) })}
      <Hint about={t('latency.title')}>{t('latency.about')}</Hint>
    </p>
  )
}

function Legend({ line }: { line: boolean }) {
  const { t } = useTranslation('call')
  return (
    <ul className={classes.legend} aria-label={t('latency.legend')}>
      {OWNERS.map((owner) => (
        <li key={owner}>
          <span className={classes.swatch} data-owner={owner} />
          {t(`owner.${owner}`)}
        </li>
      ))}
      {line && (
        <li>
          <span className={classes.swatch} data-owner="line" />
          {t('ear.line')}
        </li>
      )}
    </ul>
  )
}

function Axis({ scale }: { scale: number }) {
  const format = useFormat()
  return (
    <div className={classes.axis} aria-hidden="true">
      {THRESHOLDS.map((ms) => (
        <span key={ms} style={{ left: `${(ms / scale) * 100}%` }}>
          {format.latency(ms)}
        </span>
      ))}
    </div>
  )
}
