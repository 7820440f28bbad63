// What kinds of events there are, and what of them tells of trouble.
import type { JournalEvent } from '../call-types'

export const GROUPS = ['line', 'media', 'speech', 'wishes', 'faults'] as const
export type Group = (typeof GROUPS)[number]

const KINDS: Record<string, Group> = {
  CallRequested: 'wishes',
  CallOffered: 'line',
  DialAccepted: 'line',
  LegInitiated: 'line',
  LegAnswered: 'line',
  LegBridged: 'line',
  LegHungUp: 'line',
  StreamStarted: 'media',
  StreamStopped: 'media',
  StreamFailed: 'faults',
  MediaAttached: 'media',
  MediaDetached: 'media',
  CallerTranscribed: 'speech',
  SpeechPlayed: 'speech',
  DigitReceived: 'speech',
  RecordingSaved: 'media',
  HangupRequested: 'wishes',
  TransferRequested: 'wishes',
  TransferFailed: 'faults',
  SayRequested: 'speech',
  QuietRequested: 'speech',
  DigitsRequested: 'wishes',
  CommandFailed: 'faults',
  ProcessRestarted: 'faults',
}

/** What is not known is of the line. */
export function groupOf(kind: string): Group {
  return KINDS[kind] ?? 'line'
}

export function isKnown(kind: string): boolean {
  return Object.hasOwn(KINDS, kind)
}

/** The groups that occur, in their order, with how often. */
export function groupsIn(events: readonly JournalEvent[]): { group: Group; count: number }[] {
  return GROUPS.map((group) => ({ group, count: events.filter((event) => groupOf(event.kind) === group).length })).filter(
    ({ count }) => count > 0,
  )
}

/** `+0.69`, `−1.20`: seconds from the beginning of the call. */
export function offset(at: number, start: number, format: (value: number) => string): string {
  const seconds = at - start
  return `${seconds < -0.005 ? '−' : '+'}${format(Math.abs(seconds))}`
}
