// One live call in the list: drawn anew only when something of it changed.
import { Link } from '@tanstack/react-router'
import { memo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { CallState, Direction, HangupCause, LatencyLight, PhoneNumber, Timer, Duration } from '@/shared/ui'
import classes from './call-row.module.css'
import type { Call } from './calls'
import { ending } from './said'
import type { CallStore } from './store'

/** Less than two lines: what grows is seen where it grows. */
const GROWING_SHOWN = 100

export const CallRow = memo(function CallRow({ id, store }: { id: string; store: CallStore }) {
  const call = useSyncExternalStore(store.subscribe, () => store.read().byId.get(id))
  const { t } = useTranslation('live')
  if (!call) return null
  const over = call.phase === 'ended'
  return (
    <li className={classes.row} data-over={over || undefined}>
      <span className={classes.state}>
        {over && call.cause ? <HangupCause cause={call.cause} /> : <CallState state={call.phase} />}
      </span>
      <span className={classes.who}>
        <Direction direction={call.direction} />
        <span className={classes.names}>
          <Link to="/live" search={{ call: id }} resetScroll={false} className={classes.open}>
            {call.name || (call.number ? <PhoneNumber number={call.number} /> : t('unknownParty'))}
          </Link>
          <span className={classes.about}>
            {call.name && <PhoneNumber number={call.number} />}
            {call.bot && <span className={classes.bot}>{call.bot}</span>}
          </span>
        </span>
      </span>
      <Said call={call} />
      <span className={classes.latency}>
        <LatencyLight ms={call.latencyMs} />
      </span>
      <span className={classes.time}>
        <CallTime call={call} />
      </span>
    </li>
  )
})

function Said({ call }: { call: Call }) {
  const { t } = useTranslation('live')
  const { speaker, text, open } = call.last
  if (!text) return <span className={classes.said} />
  return (
    <span className={classes.said} data-open={open || undefined}>
      <span className={classes.speaker} data-speaker={speaker}>
        {speaker === 'agent' ? t('speaker.agent') : t('speaker.caller')}
      </span>
      {open ? ending(text, GROWING_SHOWN) : text}
    </span>
  )
}

/** Since it was answered; before that, since it began. */
export function CallTime({ call }: { call: Call }) {
  const since = call.answeredAt ?? call.createdAt
  return call.endedAt === null ? <Timer since={since} /> : <Duration seconds={call.endedAt - since} />
}
