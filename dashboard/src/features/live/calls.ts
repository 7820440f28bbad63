// The calls that go on now: events and answers in, calls out. Of what is told out of order the latest is believed.
import type { Schema } from '@/shared/api'
import type { LiveEvents } from '@/shared/live'
import { bargeIn, closed, lastLine, merged, SILENCE, turn, words, type Conversation } from './conversation'

export interface Call {
  id: string
  phase: string
  direction: string
  number: string
  name: string
  bot: string
  /** Unix seconds. */
  createdAt: number
  answeredAt: number | null
  /** When its end was told, by the gateway's clock. */
  endedAt: number | null
  cause: string
  /** Who says what now, or said it last. */
  last: { speaker: string; text: string; open: boolean }
  latencyMs: number | null
  turns: number
  conversation: Conversation
  /** False while only events have told of it. */
  known: boolean
  /** In the list; a call that was over before stands only in its drawer. */
  listed: boolean
  /** The last event that told of its phase, and of its words: see `seq`. */
  phaseSeq: number
  wordsSeq: number
}

export interface Calls {
  /** Counts events; an answer tells what was true at the number it was asked at. */
  seq: number
  byId: ReadonlyMap<string, Call>
  /** Newest first. */
  order: readonly string[]
}

export const NO_CALLS: Calls = { seq: 0, byId: new Map(), order: [] }

/** How long a call that ended stays in the list. */
export const ENDED_SHOWN_S = 12
/** The API lists no more. */
const LIST_LIMIT = 200

type Told<T extends keyof LiveEvents> = { type: T; at: number; event: LiveEvents[T] }

export type Action =
  | Told<'call.state'>
  | Told<'call.words'>
  | Told<'call.turn'>
  | Told<'call.barge_in'>
  | { type: 'list'; at: number; since: number; items: readonly Schema<'LiveCall'>[] }
  | { type: 'detail'; at: number; since: number; call: Schema<'CallDetail'> }
  | { type: 'broken' }
  | { type: 'tidy'; at: number; keep: string | undefined }

export function reduce(calls: Calls, action: Action): Calls {
  switch (action.type) {
    case 'call.state':
      return phaseTold({ ...calls, seq: calls.seq + 1 }, action.event, action.at)
    case 'call.words':
      return spoken(calls, action, (of) => words(of, action.event))
    case 'call.turn':
      return spoken(calls, action, (of) => turn(of, action.event))
    case 'call.barge_in':
      return spoken(calls, action, (of) => bargeIn(of, action.event.outcome))
    case 'list':
      return listTold(calls, action)
    case 'detail':
      return put(calls, detailed(calls, action))
    case 'broken':
      return every(calls, unheard)
    case 'tidy':
      return tidied(calls, action.at, action.keep)
  }
}

/** What an event alone tells of a call. */
function strange(id: string, at: number): Call {
  return {
    id,
    phase: 'new',
    direction: '',
    number: '',
    name: '',
    bot: '',
    createdAt: at,
    answeredAt: null,
    endedAt: null,
    cause: '',
    last: { speaker: '', text: '', open: false },
    latencyMs: null,
    turns: 0,
    conversation: SILENCE,
    known: false,
    listed: true,
    phaseSeq: 0,
    wordsSeq: 0,
  }
}

function ordered(byId: ReadonlyMap<string, Call>): string[] {
  return [...byId.values()]
    .filter((call) => call.listed)
    .sort((one, other) => other.createdAt - one.createdAt || one.id.localeCompare(other.id))
    .map((call) => call.id)
}

function withAll(calls: Calls, byId: ReadonlyMap<string, Call>): Calls {
  const order = ordered(byId)
  const same = order.length === calls.order.length && order.every((id, at) => id === calls.order[at])
  return { ...calls, byId, order: same ? calls.order : order }
}

const put = (calls: Calls, call: Call): Calls => withAll(calls, new Map(calls.byId).set(call.id, call))

const every = (calls: Calls, change: (call: Call) => Call): Calls =>
  withAll(calls, new Map([...calls.byId].map(([id, call]) => [id, change(call)])))

/** Nothing is heard of it any more: what is being said now is not known. */
function unheard(call: Call): Call {
  return { ...call, conversation: closed(call.conversation, 'drop'), last: { ...call.last, open: false } }
}

const ANSWERED = new Set(['answered', 'talking', 'transferring', 'bridged'])

function phaseTold(calls: Calls, event: LiveEvents['call.state'], at: number): Calls {
  const before = calls.byId.get(event.call_id)
  // Its end is all that is left to know, and nobody saw it live.
  if (!before && event.phase === 'ended') return calls
  const call = before ?? strange(event.call_id, at)
  // Nothing comes after the end.
  if (call.phase === 'ended') return calls
  const answered = ANSWERED.has(event.phase) ? (call.answeredAt ?? at) : call.answeredAt
  const told = { ...call, phase: event.phase, answeredAt: answered, phaseSeq: calls.seq }
  return put(calls, event.phase === 'ended' ? over(told, at, event.cause ?? '') : told)
}

function over(call: Call, at: number, cause: string): Call {
  const conversation = closed(call.conversation, 'keep')
  return { ...call, phase: 'ended', endedAt: at, cause, conversation, last: { ...call.last, open: false } }
}

function spoken(
  before: Calls,
  { event, at }: { event: { call_id: string }; at: number },
  change: (of: Conversation) => Conversation,
): Calls {
  const calls = { ...before, seq: before.seq + 1 }
  const call = calls.byId.get(event.call_id) ?? strange(event.call_id, at)
  const conversation = change(call.conversation)
  if (conversation === call.conversation) return calls
  const changed = withWords({ ...call, conversation, wordsSeq: calls.seq })
  return put(calls, changed)
}

/** What the list shows of the conversation. */
function withWords(call: Call): Call {
  const { lines } = call.conversation
  const line = lastLine(call.conversation)
  if (!line) return call
  const measured = lines.findLast((each) => each.latencyMs !== null)
  const indices = lines.flatMap((each) => (each.index === null ? [] : [each.index + 1]))
  return {
    ...call,
    last: { speaker: line.speaker, text: line.text, open: line.open },
    latencyMs: measured?.latencyMs ?? call.latencyMs,
    turns: Math.max(call.turns, ...indices),
  }
}

function factsOf(record: Schema<'CallOut'>) {
  return {
    direction: record.direction,
    number: record.direction === 'inbound' ? record.sender : record.to,
    name: record.name,
    bot: record.bot_id,
    createdAt: record.created_at,
  }
}

/** A record says what was true when it was asked for: what events told since is newer. */
function withRecord(call: Call, record: Schema<'CallOut'>, since: number): Call {
  const known = { ...call, ...factsOf(record), known: true, answeredAt: record.answered_at ?? call.answeredAt }
  if (call.phase === 'ended' || call.phaseSeq > since) return known
  return { ...known, phase: record.state, phaseSeq: since }
}

function listTold(calls: Calls, { items, since, at }: Extract<Action, { type: 'list' }>): Calls {
  const byId = new Map(calls.byId)
  const told = new Set(items.map(({ call }) => call.id))
  for (const item of items) {
    const { id } = item.call
    byId.set(id, listed(byId.get(id) ?? { ...strange(id, at), wordsSeq: since }, item, since))
  }
  for (const [id, call] of byId) {
    const unseen = !told.has(id) && call.phase !== 'ended' && Math.max(call.phaseSeq, call.wordsSeq) <= since
    if (!unseen || items.length >= LIST_LIMIT) continue
    // It ended while nothing was heard of it. Of one that was never listed there is nothing to show.
    if (call.known) byId.set(id, over(call, at, ''))
    else byId.delete(id)
  }
  return withAll(calls, byId)
}

function listed(call: Call, item: Schema<'LiveCall'>, since: number): Call {
  const known = withRecord(call, item.call, since)
  const turns = Math.max(call.turns, item.turns)
  // What events told is newer; what they have not told yet is taken from here.
  if (call.wordsSeq > since || call.last.open) return { ...known, turns, latencyMs: call.latencyMs ?? item.last_latency_ms }
  const last = item.last_text ? { speaker: item.last_speaker, text: item.last_text, open: false } : call.last
  return { ...known, last, turns, latencyMs: item.last_latency_ms ?? call.latencyMs }
}

function detailed(calls: Calls, { call: record, since, at }: Extract<Action, { type: 'detail' }>): Call {
  const gone = record.state === 'ended'
  const before = calls.byId.get(record.id) ?? { ...strange(record.id, at), listed: !gone }
  const known = withRecord(before, record, since)
  const whole = withWords({ ...known, conversation: merged(before.conversation, record.turns) })
  if (!gone) return whole
  return { ...over(whole, before.endedAt ?? record.ended_at ?? at, record.hangup_cause) }
}

function tidied(calls: Calls, at: number, keep: string | undefined): Calls {
  const old = [...calls.byId.values()].filter((call) => call.endedAt !== null && at - call.endedAt > ENDED_SHOWN_S)
  if (old.every((call) => call.id === keep && !call.listed)) return calls
  const byId = new Map(calls.byId)
  for (const call of old) {
    // Whose drawer is open stays there, and leaves the list.
    if (call.id === keep) byId.set(call.id, { ...call, listed: false })
    else byId.delete(call.id)
  }
  return withAll(calls, byId)
}

/** Whether an event told of a call that no answer has described yet. */
export function hasStrangers(calls: Calls): boolean {
  return [...calls.byId.values()].some((call) => !call.known)
}
