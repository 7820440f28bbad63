// What the live events change in what is known of a call.
import type { LiveEvents } from '@/shared/live'
import type { CallDetail, Turn } from './call-types'

/** What is being said and is no turn yet. */
export interface Words {
  caller: string
  agent: string
  /** The bot fell silent because the caller speaks. */
  paused: boolean
}

export const NO_WORDS: Words = { caller: '', agent: '', paused: false }

export function withWords(words: Words, event: LiveEvents['call.words']): Words {
  // The recogniser tells all of the turn so far, the bot clause by clause.
  if (event.speaker === 'caller') return { ...words, caller: event.pii_text }
  return { ...words, agent: `${words.agent} ${event.pii_text}`.trim() }
}

/** A turn of the caller ends a reply too: one that was superseded leaves no turn. */
export function afterTurn(words: Words, speaker: string): Words {
  return speaker === 'caller' ? NO_WORDS : { ...words, agent: '', paused: false }
}

export function afterBargeIn(words: Words, outcome: string): Words {
  return { ...words, paused: outcome === 'paused', agent: outcome === 'cut_off' ? '' : words.agent }
}

/** The call with the turn, `at` (unix seconds) when its times are not told. */
export function withTurn(call: CallDetail, event: LiveEvents['call.turn'], at: number): CallDetail {
  const known = call.turns.find((turn) => turn.index === event.index)
  const turn: Turn = {
    started_at: at,
    tools: [],
    ...known,
    index: event.index,
    speaker: event.speaker,
    text: event.pii_text,
    heard: event.pii_heard,
    interrupted: event.interrupted,
    ended_at: at,
    timing: event.timing,
  }
  const others = call.turns.filter((each) => each.index !== event.index)
  return { ...call, turns: [...others, turn].sort((one, other) => one.index - other.index) }
}

export function withState(call: CallDetail, event: LiveEvents['call.state'], at: number): CallDetail {
  const answered = ['answered', 'talking'].includes(event.phase) ? (call.answered_at ?? at) : call.answered_at
  const ended = event.phase === 'ended' ? (call.ended_at ?? at) : null
  return {
    ...call,
    state: event.phase,
    mode: event.mode || call.mode,
    hangup_cause: event.cause ?? call.hangup_cause,
    reason: event.reason || call.reason,
    answered_at: answered,
    ended_at: ended,
  }
}
