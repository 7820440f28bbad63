import { expect, test } from 'vitest'
import type { Schema } from '@/shared/api'
import { ENDED_SHOWN_S, hasStrangers, NO_CALLS, reduce, type Action, type Calls } from './calls'

const play = (actions: Action[], from: Calls = NO_CALLS) => actions.reduce(reduce, from)
const call = (calls: Calls, id = 'a') => calls.byId.get(id)

const state = (phase: string, more: { id?: string; at?: number; cause?: string } = {}): Action => ({
  type: 'call.state',
  at: more.at ?? 100,
  event: { call_id: more.id ?? 'a', phase, mode: 'stream', cause: more.cause ?? null, reason: '' },
})

const says = (speaker: string, text: string, id = 'a'): Action => ({
  type: 'call.words',
  at: 100,
  event: { call_id: id, speaker, pii_text: text },
})

const stores = (index: number, speaker: string, text: string, total?: number): Action => ({
  type: 'call.turn',
  at: 100,
  event: {
    call_id: 'a',
    index,
    speaker,
    pii_text: text,
    pii_heard: text,
    interrupted: false,
    timing: total === undefined ? {} : { total },
  },
})

function record(id: string, more: Partial<Schema<'CallOut'>> = {}): Schema<'CallOut'> {
  return {
    id,
    direction: 'outbound',
    state: 'talking',
    mode: 'stream',
    sender: '+571',
    to: '+572',
    name: 'Ana',
    bot_id: 'maria',
    call_control_id: '',
    session_id: '',
    created_at: 50,
    answered_at: 60,
    ended_at: null,
    hangup_cause: '',
    reason: '',
    node: 'main',
    duration_s: null,
    turn_count: 0,
    latency_p95_ms: null,
    recording: '',
    recording_url: '',
    metadata: {},
    ...more,
  }
}

function item(id: string, more: Partial<Schema<'CallOut'>> = {}, said: Partial<Schema<'LiveCall'>> = {}) {
  return { call: record(id, more), last_speaker: '', last_text: '', last_latency_ms: null, turns: 0, ...said }
}

const list = (items: Schema<'LiveCall'>[], since = 0, at = 100): Action => ({ type: 'list', at, since, items })

const stored = (index: number, speaker: string, text: string): Schema<'TurnOut'> => ({
  index,
  speaker,
  text,
  heard: text,
  interrupted: false,
  started_at: 0,
  ended_at: 0,
  timing: {},
  tools: [],
})

const detail = (more: Partial<Schema<'CallOut'>>, turns: Schema<'TurnOut'>[], since = 0): Action => ({
  type: 'detail',
  at: 100,
  since,
  call: { ...record('a', more), heard: '', turns, notes: [], events: [] },
})

test('a list shows its calls, newest first, with what was said last', () => {
  const calls = play([list([item('a', { created_at: 1 }), item('b', { created_at: 2 }, { last_speaker: 'agent', last_text: 'Hi', last_latency_ms: 700, turns: 3 })])])
  expect(calls.order).toEqual(['b', 'a'])
  expect(call(calls, 'b')).toMatchObject({ last: { speaker: 'agent', text: 'Hi', open: false }, latencyMs: 700, turns: 3 })
})

test('the number is that of the other side', () => {
  const calls = play([list([item('a'), item('b', { direction: 'inbound' })])])
  expect(call(calls, 'a')?.number).toBe('+572')
  expect(call(calls, 'b')?.number).toBe('+571')
})

test('a call that nobody has described yet is there at once', () => {
  const calls = play([state('ringing', { at: 90 })])
  expect(calls.order).toEqual(['a'])
  expect(call(calls)).toMatchObject({ phase: 'ringing', createdAt: 90, known: false })
  expect(hasStrangers(calls)).toBe(true)
  expect(hasStrangers(play([list([item('a')], calls.seq)], calls))).toBe(false)
})

test('words of an unknown call make it appear too', () => {
  expect(call(play([says('agent', 'Hello')]))).toMatchObject({ known: false, last: { text: 'Hello', open: true } })
})

test('the end of an unknown call is not news', () => {
  expect(play([state('ended')]).order).toEqual([])
})

test('an answer does not undo what events told after it was asked for', () => {
  const asked = play([list([item('a', { state: 'ringing', answered_at: null })])])
  const since = asked.seq
  const calls = play([state('talking', { at: 70 }), list([item('a', { state: 'ringing', answered_at: null })], since)], asked)
  expect(call(calls)).toMatchObject({ phase: 'talking', answeredAt: 70 })
})

test('a newer answer is believed', () => {
  const before = play([state('ringing')])
  expect(call(play([list([item('a', { state: 'talking' })], before.seq)], before))?.phase).toBe('talking')
})

test('nothing comes after the end: neither events nor old answers', () => {
  const ended = play([list([item('a')]), state('ended', { at: 80, cause: 'busy' })])
  const calls = play([state('talking'), list([item('a')], ended.seq), state('ended', { at: 99, cause: 'normal' })], ended)
  expect(call(calls)).toMatchObject({ phase: 'ended', endedAt: 80, cause: 'busy' })
})

test('a call that ended fades out after some seconds', () => {
  const ended = play([list([item('a')]), state('ended', { at: 80 })])
  expect(play([{ type: 'tidy', at: 80 + ENDED_SHOWN_S, keep: undefined }], ended)).toBe(ended)
  expect(play([{ type: 'tidy', at: 81 + ENDED_SHOWN_S, keep: undefined }], ended).order).toEqual([])
})

test('a call whose drawer is open stays in the drawer only', () => {
  const ended = play([list([item('a')]), state('ended', { at: 80 })])
  const tidied = play([{ type: 'tidy', at: 200, keep: 'a' }], ended)
  expect(tidied.order).toEqual([])
  expect(call(tidied)?.phase).toBe('ended')
  expect(play([{ type: 'tidy', at: 201, keep: 'a' }], tidied)).toBe(tidied)
})

test('a call that is missing from a newer answer ended unheard', () => {
  const before = play([list([item('a'), item('b')])])
  const calls = play([list([item('b')], before.seq, 120)], before)
  expect(call(calls)).toMatchObject({ phase: 'ended', endedAt: 120, cause: '' })
})

test('a call that began while the list was asked for is not taken for gone', () => {
  const calls = play([state('ringing'), list([], 0)])
  expect(call(calls)?.phase).toBe('ringing')
})

test('a stranger that no answer knows goes', () => {
  const before = play([state('ringing')])
  expect(play([list([], before.seq)], before).byId.size).toBe(0)
})

test('a full list does not say what is missing from it', () => {
  const before = play([list([item('a')])])
  const many = Array.from({ length: 200 }, (_, index) => item(`x${index}`))
  expect(call(play([list(many, before.seq)], before))?.phase).toBe('talking')
})

test('what is being said is not replaced by a list', () => {
  const before = play([list([item('a')]), says('caller', 'I want')])
  const calls = play([list([item('a', {}, { last_speaker: 'agent', last_text: 'Hi' })], before.seq)], before)
  expect(call(calls)?.last).toEqual({ speaker: 'caller', text: 'I want', open: true })
})

test('what events have not told yet is taken from a list, even an older one', () => {
  const calls = play([says('caller', 'I want'), list([item('a', {}, { last_text: 'Hi', last_latency_ms: 640, turns: 4 })], 0)])
  expect(call(calls)).toMatchObject({ last: { text: 'I want' }, latencyMs: 640, turns: 4, known: true })
})

test('after a break the list is right again', () => {
  const before = play([list([item('a')]), stores(0, 'agent', 'Hi.', 500), says('caller', 'I w')])
  const broken = play([{ type: 'broken' }], before)
  const answer = item('a', {}, { last_speaker: 'agent', last_text: 'Goodbye.', last_latency_ms: 900, turns: 5 })
  const healed = play([list([answer], broken.seq)], broken)
  expect(call(healed)).toMatchObject({ last: { speaker: 'agent', text: 'Goodbye.', open: false }, latencyMs: 900, turns: 5 })
  const turns = [stored(0, 'agent', 'Hi.'), stored(1, 'caller', 'I want a cat.'), stored(2, 'agent', 'Goodbye.')]
  const whole = play([detail({}, turns, healed.seq)], healed)
  expect(call(whole)?.conversation.lines.map((each) => each.text)).toEqual(['Hi.', 'I want a cat.', 'Goodbye.'])
})

test('the latency is that of the last answer', () => {
  const calls = play([list([item('a')]), stores(0, 'agent', 'One', 500), stores(1, 'caller', 'Two'), stores(2, 'agent', 'Three', 800)])
  expect(call(calls)).toMatchObject({ latencyMs: 800, turns: 3 })
})

test('a call that was over before stands in its drawer, not in the list', () => {
  const calls = play([detail({ state: 'ended', ended_at: 70, hangup_cause: 'normal' }, [stored(0, 'agent', 'Hi.')])])
  expect(calls.order).toEqual([])
  expect(call(calls)).toMatchObject({ phase: 'ended', cause: 'normal', endedAt: 70 })
})

test('an event of one call leaves the others and their order as they are', () => {
  const before = play([list([item('a'), item('b', { created_at: 51 })])])
  const after = play([says('agent', 'Hi')], before)
  expect(call(after, 'b')).toBe(call(before, 'b'))
  expect(after.order).toBe(before.order)
})

test('an event that says nothing new changes no call', () => {
  const before = play([list([item('a')])])
  expect(play([says('caller', '')], before).byId).toBe(before.byId)
})
