// What the list says of a call.
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import {
  CallState,
  Direction,
  Duration,
  HangupCause,
  LatencyLight,
  Moment,
  PhoneNumber,
  Timer,
  type DataColumn,
} from '@/shared/ui'
import classes from './calls.module.css'

export type Call = Schema<'CallOut'>

/** The number at the other end. */
const otherEnd = (call: Call) => (call.direction === 'inbound' ? call.sender : call.to)

function Contact({ call }: { call: Call }) {
  return (
    <div className={classes.contact}>
      {/* The row is opened with Enter; the link is for a second tab. */}
      <Link to="/calls/$callId" params={{ callId: call.id }} tabIndex={-1} className={classes.name}>
        {call.name || <PhoneNumber number={otherEnd(call)} />}
      </Link>
      {call.name && (
        <span className={classes.number}>
          <PhoneNumber number={otherEnd(call)} />
        </span>
      )}
      <span className={classes.phoneLine}>
        <Direction direction={call.direction} />
        <Moment at={call.created_at} />
      </span>
    </div>
  )
}

function State({ call }: { call: Call }) {
  if (call.state !== 'ended' || !call.hangup_cause) return <CallState state={call.state} />
  return <HangupCause cause={call.hangup_cause} />
}

function Length({ call }: { call: Call }) {
  if (call.answered_at !== null && call.ended_at === null) return <Timer since={call.answered_at} />
  return <Duration seconds={call.duration_s} />
}

export function useColumns(): readonly DataColumn<Call>[] {
  const { t } = useTranslation('calls')
  return useMemo(
    () => [
      { id: 'when', label: t('column.when'), cell: (call) => <Moment at={call.created_at} />, phone: 'hide' },
      {
        id: 'direction',
        label: t('column.direction'),
        cell: (call) => <Direction direction={call.direction} />,
        phone: 'hide',
      },
      { id: 'contact', label: t('column.contact'), cell: (call) => <Contact call={call} />, phone: 'title' },
      { id: 'state', label: t('column.state'), cell: (call) => <State call={call} /> },
      { id: 'duration', label: t('column.duration'), cell: (call) => <Length call={call} />, align: 'end' },
      { id: 'turns', label: t('column.turns'), cell: (call) => call.turn_count, align: 'end' },
      {
        id: 'latency',
        label: t('column.latency'),
        cell: (call) => <LatencyLight ms={call.latency_p95_ms} />,
        align: 'end',
      },
    ],
    [t],
  )
}
