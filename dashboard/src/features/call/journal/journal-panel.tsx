// What happened to the call, in the order in which it did.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { CopyButton, Panel } from '@/shared/ui'
import type { JournalEvent } from '../call-types'
import { groupOf, groupsIn, isKnown, offset, type Group } from './events'
import classes from './journal.module.css'

interface Props {
  events: readonly JournalEvent[]
  /** Unix seconds. */
  start: number
}

export function JournalPanel({ events, start }: Props) {
  const { t } = useTranslation('call')
  const [only, setOnly] = useState<Group | null>(null)
  const groups = groupsIn(events)
  const shown = only ? events.filter((event) => groupOf(event.kind) === only) : events
  const filter = groups.length > 1 && (
    <div className={classes.filter} role="group" aria-label={t('journal.filter')}>
      <Choice on={only === null} label={t('journal.all')} count={events.length} onChoose={() => setOnly(null)} />
      {groups.map(({ group, count }) => (
        <Choice
          key={group}
          on={only === group}
          label={t(`group.${group}`)}
          count={count}
          onChoose={() => setOnly(only === group ? null : group)}
        />
      ))}
    </div>
  )
  return (
    <Panel title={t('journal.title')} actions={filter} flush>
      {events.length === 0 && <p className={classes.none}>{t('journal.none')}</p>}
      <ol className={classes.events}>
        {shown.map((event) => (
          <Entry key={event.seq} event={event} start={start} />
        ))}
      </ol>
    </Panel>
  )
}

function Choice({ on, label, count, onChoose }: { on: boolean; label: string; count: number; onChoose: () => void }) {
  return (
    <button type="button" className={classes.choice} aria-pressed={on} onClick={onChoose}>
      {label} <span>{count}</span>
    </button>
  )
}

function Entry({ event, start }: { event: JournalEvent; start: number }) {
  const { t, i18n } = useTranslation('call')
  const format = useFormat()
  const when = offset(event.at, start, hundredths(i18n.language))
  const name = isKnown(event.kind) ? t(`event.${event.kind}`) : event.kind
  const bare = Object.keys(event.body).length === 0
  return (
    <li className={classes.event} data-group={groupOf(event.kind)}>
      <time className={classes.when} dateTime={new Date(event.at * 1000).toISOString()} title={format.dateTime(event.at)}>
        {when} s
      </time>
      <span className={classes.mark} aria-hidden="true" />
      <div className={classes.what}>
        <span className={classes.name}>
          {name} <code>{event.kind}</code>
        </span>
        {!bare && <Body event={event} />}
      </div>
    </li>
  )
}

function hundredths(language: string): (seconds: number) => string {
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return (seconds) => format.format(seconds)
}

function Body({ event }: { event: JournalEvent }) {
  const { t } = useTranslation('call')
  const json = JSON.stringify(event.body, null, 2)
  return (
    <details className={classes.details}>
      <summary>
        {t('journal.body')}
        <span className="visually-hidden"> {event.kind}</span>
      </summary>
      <div className={classes.json}>
        <CopyButton text={json} label={t('journal.copy')} />
        {/* A region that scrolls is reached with the keyboard. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre tabIndex={0}>{json}</pre>
      </div>
    </details>
  )
}
