import { expect, test } from 'vitest'
import { afterBargeIn, afterTurn, NO_WORDS, withState, withTurn, withWords } from './live-talk'
import { aCall, aTurn } from './testing'

const words = (speaker: string, pii_text: string) => ({ call_id: 'c1', speaker, pii_text })
const told = (index: number, speaker: string, pii_text: string) => ({
  call_id: 'c1',
  index,
  speaker,
  pii_text,
  pii_heard: pii_text,
  interrupted: false,
  timing: {},
})

test('the caller’s words replace one another, the bot’s add up', () => {
  let now = withWords(NO_WORDS, words('caller', 'quiero'))
  now = withWords(now, words('caller', 'quiero una cita'))
  now = withWords(now, words('agent', 'Con gusto.'))
  now = withWords(now, words('agent', '¿Cuándo?'))
  expect(now).toEqual({ caller: 'quiero una cita', agent: 'Con gusto. ¿Cuándo?', paused: false })
})

test('a turn of the bot leaves what the caller says, a turn of the caller leaves nothing', () => {
  const now = { caller: 'sí', agent: 'Bien', paused: true }
  expect(afterTurn(now, 'agent')).toEqual({ caller: 'sí', agent: '', paused: false })
  expect(afterTurn(now, 'caller')).toEqual(NO_WORDS)
})

test('a reply is paused, goes on, or is over', () => {
  const now = { caller: '', agent: 'Bien', paused: false }
  expect(afterBargeIn(now, 'paused')).toEqual({ ...now, paused: true })
  expect(afterBargeIn({ ...now, paused: true }, 'resumed')).toEqual(now)
  expect(afterBargeIn(now, 'cut_off').agent).toBe('')
})

test('a turn is added in its place, and replaced when it comes again', () => {
  const call = aCall({ turns: [aTurn({ index: 0 }), aTurn({ index: 2, speaker: 'agent' })] })
  const added = withTurn(call, told(1, 'caller', 'hola'), 110)
  expect(added.turns.map((turn) => turn.index)).toEqual([0, 1, 2])
  const again = withTurn(added, told(1, 'caller', 'hola, buenas'), 112)
  expect(again.turns[1]).toMatchObject({ text: 'hola, buenas', started_at: 110, ended_at: 112 })
})

test('phases bring their times along', () => {
  const state = (phase: string) => ({ call_id: 'c1', phase, mode: 'stream', cause: null, reason: '' })
  const ringing = aCall({ state: 'ringing', answered_at: null, ended_at: null, hangup_cause: '' })
  const talking = withState(ringing, state('talking'), 105)
  expect(talking).toMatchObject({ state: 'talking', answered_at: 105, ended_at: null })
  const ended = withState(talking, { ...state('ended'), cause: 'busy' }, 110)
  expect(ended).toMatchObject({ answered_at: 105, ended_at: 110, hangup_cause: 'busy' })
})
