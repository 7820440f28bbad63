// The call in figures.
import { useTranslation } from 'react-i18next'
import { CallState, Duration, HangupCause, LatencyLight, StatRow, StatTile, Timer } from '@/shared/ui'
import type { CallDetail } from './call-types'
import classes from './call.module.css'
import { quantile, waitsOf } from './latency/stages'
import { useReasonText } from './reason'

export function CallFacts({ call }: { call: CallDetail }) {
  const { t } = useTranslation('call')
  const reason = useReasonText()
  const totals = waitsOf(call.turns).map((wait) => wait.total)
  const cut = call.turns.filter((turn) => turn.interrupted).length
  const ended = call.state === 'ended'
  return (
    <StatRow label={t('facts.label')}>
      <StatTile
        label={t('facts.state')}
        value={<span className={classes.stateValue}>{ended ? <HangupCause cause={call.hangup_cause} /> : <CallState state={call.state} />}</span>}
        note={ended ? reason(call.reason) : undefined}
      />
      <StatTile
        label={t('facts.duration')}
        value={
          call.answered_at !== null && call.ended_at === null ? (
            <Timer since={call.answered_at} />
          ) : (
            <Duration seconds={call.duration_s} />
          )
        }
      />
      <StatTile label={t('facts.turns')} value={call.turns.length} />
      <StatTile label={t('facts.interruptions')} value={cut} />
      <StatTile label={t('facts.p50')} value={<LatencyLight ms={quantile(totals, 0.5)} />} />
      <StatTile label={t('facts.p95')} value={<LatencyLight ms={quantile(totals, 0.95)} />} />
    </StatRow>
  )
}
