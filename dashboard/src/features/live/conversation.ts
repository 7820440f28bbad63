// Who said what in one call: events in, lines out. Knows nothing of other calls, of time, or of how it is shown.
import type { Schema } from '@/shared/api'
import type { LiveEvents } from '@/shared/live'

export type Speaker = 'caller' | 'agent'
export type BargeIn = 'paused' | 'resumed' | 'cut_off'

export interface Line {
  /** Stays the same while the line grows. */
  key: number
  speaker: Speaker
  text: string
  /** What the other side heard; as long as `text` unless the bot was cut off. */
  heard: string
  /** It may still grow or be corrected. */
  open: boolean
  /** Set when the gateway has stored it as a turn. */
  index: number | null
  /** Said into the other's speech without taking the floor. */
  aside: boolean
  bargeIn: BargeIn | null
  latencyMs: number | null
}

export interface Conversation {
  lines: readonly Line[]
  nextKey: number
}

export const SILENCE: Conversation = { lines: [], nextKey: 1 }

/** More is kept by the gateway, and shown on the page of the call. */
export const MOST_LINES = 400

type TurnEvent = LiveEvents['call.turn']

function isSpeaker(name: string): name is Speaker {
  return name === 'caller' || name === 'agent'
}

function isBargeIn(name: string): name is BargeIn {
  return name === 'paused' || name === 'resumed' || name === 'cut_off'
}

const lastOf = (lines: readonly Line[], speaker: Speaker) => lines.findLast((line) => line.speaker === speaker)

const replaced = (lines: readonly Line[], by: Line) => lines.map((line) => (line.key === by.key ? by : line))

function line(key: number, speaker: Speaker, text: string): Line {
  return { key, speaker, text, heard: '', open: true, index: null, aside: false, bargeIn: null, latencyMs: null }
}

function grown(of: Conversation, lines: readonly Line[], keys = 0): Conversation {
  return { lines: lines.slice(-MOST_LINES), nextKey: of.nextKey + keys }
}

/** The agent's words come clause by clause, the caller's as all that is understood so far of the turn. */
export function words(of: Conversation, { speaker, pii_text: text }: LiveEvents['call.words']): Conversation {
  if (!isSpeaker(speaker) || !text) return of
  const last = lastOf(of.lines, speaker)
  if (last?.open) {
    const whole = speaker === 'caller' ? text : `${last.text} ${text}`.trim()
    return grown(of, replaced(of.lines, { ...last, text: whole }))
  }
  // What the caller has begun and not finished is over when the bot begins.
  const before = speaker === 'agent' ? of.lines.map((each) => (each.open ? { ...each, open: false } : each)) : of.lines
  return grown(of, [...before, line(of.nextKey, speaker, text)], 1)
}

/** A turn was stored. One with an index that came before replaces it. */
export function turn(of: Conversation, event: TurnEvent): Conversation {
  if (!isSpeaker(event.speaker)) return of
  const { speaker, index } = event
  const before = of.lines.find((each) => each.index === index)
  let lines = speaker === 'caller' && before?.text !== event.pii_text ? withoutSupersededReply(of.lines) : of.lines
  const last = lastOf(lines, speaker)
  const open = last?.open ? last : undefined
  // A caller who goes on replaces what was taken for the whole turn.
  if (before && open && speaker === 'caller' && before !== open) lines = lines.filter((each) => each !== open)
  const stored = filled(before ?? open ?? line(of.nextKey, speaker, ''), event)
  const isNew = !before && !open
  lines = isNew || stored.index !== (before ?? open)?.index ? placed(lines, stored) : replaced(lines, stored)
  return grown(of, lines.filter((each) => each.key === stored.key || !begins(each, stored)), isNew ? 1 : 0)
}

function filled(into: Line, event: TurnEvent): Line {
  const total = event.timing.total
  return {
    ...into,
    index: event.index,
    text: event.pii_text,
    heard: event.pii_heard,
    open: false,
    aside: false,
    bargeIn: event.interrupted ? 'cut_off' : into.bargeIn,
    latencyMs: total ?? null,
  }
}

/** At its place by index; lines without one stay where they were said. */
function placed(lines: readonly Line[], stored: Line): Line[] {
  const others = lines.filter((each) => each.key !== stored.key)
  const index = stored.index ?? Infinity
  const was = lines.findIndex((each) => each.key === stored.key)
  const later = others.findIndex((each) => each.index !== null && each.index > index)
  const earlier = others.findLastIndex((each) => each.index !== null && each.index < index)
  const fits = was >= 0 && was > earlier && (later < 0 || was <= later)
  const trailing = others.findIndex((each, at) => at > earlier && each.open && each.index === null)
  const at = fits ? was : later >= 0 ? later : trailing >= 0 ? trailing : others.length
  return [...others.slice(0, at), stored, ...others.slice(at)]
}

/** A reply that is still open when the caller's next turn counts was given up before anybody heard it. */
function withoutSupersededReply(lines: readonly Line[]): readonly Line[] {
  const reply = lastOf(lines, 'agent')
  return reply?.open ? lines.filter((each) => each !== reply) : lines
}

/** Whether `one` is what was understood of `whole` before something came in between. */
function begins(one: Line, whole: Line): boolean {
  return (
    one.index === null &&
    !one.aside &&
    one.speaker === 'caller' &&
    whole.speaker === 'caller' &&
    whole.text.startsWith(one.text)
  )
}

export function bargeIn(of: Conversation, outcome: string): Conversation {
  if (!isBargeIn(outcome)) return of
  const spoken = lastOf(of.lines, 'agent')
  if (!spoken) return of
  let lines = replaced(of.lines, { ...spoken, bargeIn: outcome })
  const caller = lastOf(lines, 'caller')
  if (outcome === 'resumed' && caller?.open) lines = replaced(lines, { ...caller, aside: true, open: false })
  return grown(of, lines)
}

/** The stream broke, or the call is over: what was open will not be finished. */
export function closed(of: Conversation, how: 'keep' | 'drop'): Conversation {
  if (!of.lines.some((each) => each.open)) return of
  const lines =
    how === 'drop'
      ? of.lines.filter((each) => !each.open)
      : of.lines.map((each) => (each.open ? { ...each, open: false } : each))
  return grown(of, lines)
}

/** Takes over what the gateway has stored; what is being said stays. */
export function merged(of: Conversation, turns: readonly Schema<'TurnOut'>[]): Conversation {
  return turns.reduce((so, each) => {
    const known = so.lines.find((one) => one.index === each.index)
    const event: TurnEvent = {
      call_id: '',
      index: each.index,
      speaker: each.speaker,
      pii_text: each.text,
      pii_heard: each.heard,
      interrupted: each.interrupted,
      timing: each.timing,
    }
    if (!isSpeaker(each.speaker)) return so
    const stored = filled(known ?? line(so.nextKey, each.speaker, ''), event)
    const lines = known ? replaced(so.lines, stored) : placed(so.lines, stored)
    const rest = lines.filter((one) => one.key === stored.key || one.open || !begins(one, stored))
    return grown(so, rest, known ? 0 : 1)
  }, of)
}

/** What was said last, by whom. */
export function lastLine(of: Conversation): Line | undefined {
  return of.lines.at(-1)
}
