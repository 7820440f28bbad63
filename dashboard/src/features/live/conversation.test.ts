import { expect, test } from 'vitest'
import { bargeIn, closed, merged, MOST_LINES, SILENCE, turn, words, type Conversation } from './conversation'

type Step = (of: Conversation) => Conversation

const says =
  (speaker: 'caller' | 'agent', text: string): Step =>
  (of) =>
    words(of, { call_id: 'c', speaker, pii_text: text })

const stores =
  (index: number, speaker: 'caller' | 'agent', text: string, more: { heard?: string; total?: number } = {}): Step =>
  (of) =>
    turn(of, {
      call_id: 'c',
      index,
      speaker,
      pii_text: text,
      pii_heard: more.heard ?? text,
      interrupted: more.heard !== undefined,
      timing: more.total === undefined ? {} : { total: more.total },
    })

const interrupts =
  (outcome: string): Step =>
  (of) =>
    bargeIn(of, outcome)

const play = (...steps: Step[]) => steps.reduce((of, step) => step(of), SILENCE)
const read = (of: Conversation) => of.lines.map((each) => `${each.speaker}${each.open ? '…' : ''}: ${each.text}`)

const stored = (index: number, speaker: 'caller' | 'agent', text: string) => ({
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

test('the bot grows clause by clause, the caller is corrected as a whole', () => {
  expect(read(play(says('agent', 'Hello,'), says('agent', 'this is María.')))).toEqual(['agent…: Hello, this is María.'])
  expect(read(play(says('caller', 'I wand'), says('caller', 'I want an')))).toEqual(['caller…: I want an'])
})

test('a line keeps its key while it grows and when it is stored', () => {
  const before = play(says('agent', 'Hello,'))
  const after = stores(0, 'agent', 'Hello, it is me.')(says('agent', 'it is')(before))
  expect(after.lines.map((each) => each.key)).toEqual(before.lines.map((each) => each.key))
  expect(after.lines[0]).toMatchObject({ open: false, index: 0 })
})

test('a voice without words yet makes no line', () => {
  expect(play(says('caller', ''))).toBe(SILENCE)
})

test('a stored turn closes its line with how long the caller waited', () => {
  const of = play(says('caller', 'Hi'), stores(1, 'caller', 'Hi.'), says('agent', 'Yes?'), stores(2, 'agent', 'Yes?', { total: 840 }))
  expect(read(of)).toEqual(['caller: Hi.', 'agent: Yes?'])
  expect(of.lines[1]?.latencyMs).toBe(840)
})

test('the same event twice changes nothing', () => {
  const once = play(says('caller', 'Hi'), stores(1, 'caller', 'Hi.'), stores(2, 'agent', 'Yes?'))
  expect(read(stores(1, 'caller', 'Hi.')(stores(2, 'agent', 'Yes?')(once)))).toEqual(read(once))
})

test('a turn that is told again does not close what is being said', () => {
  const of = play(stores(0, 'agent', 'Hello.'), stores(1, 'caller', 'Hi.'), says('agent', 'What'), stores(0, 'agent', 'Hello.'))
  expect(read(of)).toEqual(['agent: Hello.', 'caller: Hi.', 'agent…: What'])
  expect(read(stores(1, 'caller', 'Hi.')(of))).toEqual(['agent: Hello.', 'caller: Hi.', 'agent…: What'])
})

test('turns in the wrong order come to their places', () => {
  const of = play(stores(2, 'agent', 'three'), stores(0, 'agent', 'one'), stores(1, 'caller', 'two'))
  expect(of.lines.map((each) => each.text)).toEqual(['one', 'two', 'three'])
})

test('a caller who goes on replaces what was taken for the whole turn', () => {
  const of = play(
    says('caller', 'A cat'),
    stores(1, 'caller', 'A cat.'),
    says('agent', 'Fine'),
    says('caller', 'A cat and a dog'),
    stores(1, 'caller', 'A cat and a dog.'),
  )
  expect(read(of)).toEqual(['caller: A cat and a dog.'])
})

test('a reply that nobody heard goes when the next turn of the caller counts', () => {
  const of = play(stores(1, 'caller', 'A cat.'), says('agent', 'Fine'), says('caller', 'No, a dog'), stores(2, 'caller', 'No, a dog.'))
  expect(read(of)).toEqual(['caller: A cat.', 'caller: No, a dog.'])
})

test('what was understood before the bot began is part of the turn that comes late', () => {
  const of = play(says('caller', 'I want'), says('agent', 'Yes,'), says('agent', 'of course.'), stores(2, 'agent', 'Yes, of course.'))
  expect(read(stores(1, 'caller', 'I want a cat.')(of))).toEqual(['caller: I want a cat.', 'agent: Yes, of course.'])
})

test('an interruption is marked on what the bot was saying', () => {
  const said = [stores(1, 'caller', 'Hi.'), says('agent', 'Let me explain'), interrupts('paused')] as const
  expect(play(...said).lines.at(-1)).toMatchObject({ speaker: 'agent', bargeIn: 'paused', open: true })
  const cut = play(...said, says('caller', 'Stop'), interrupts('cut_off'), stores(2, 'agent', 'Let me explain', { heard: 'Let me' }))
  expect(cut.lines.find((each) => each.speaker === 'agent')).toMatchObject({ bargeIn: 'cut_off', heard: 'Let me' })
  expect(read(cut)).toEqual(['caller: Hi.', 'agent: Let me explain', 'caller…: Stop'])
})

test('a word into the speech of the bot is an aside when the bot goes on', () => {
  const of = play(says('agent', 'First,'), interrupts('paused'), says('caller', 'aha'), interrupts('resumed'), says('agent', 'second.'))
  expect(of.lines.find((each) => each.speaker === 'caller')).toMatchObject({ aside: true, open: false, text: 'aha' })
  expect(of.lines.find((each) => each.speaker === 'agent')).toMatchObject({ text: 'First, second.', bargeIn: 'resumed' })
})

test('speakers, outcomes and interruptions that are not known change nothing', () => {
  const of = play(stores(0, 'agent', 'Hi.'))
  expect(words(of, { call_id: 'c', speaker: 'ghost', pii_text: 'boo' })).toBe(of)
  expect(bargeIn(of, 'odd')).toBe(of)
  expect(bargeIn(SILENCE, 'paused')).toBe(SILENCE)
})

test('what is open is dropped when the stream breaks, kept when the call ends', () => {
  const of = play(stores(0, 'agent', 'Hi.'), says('caller', 'I w'))
  expect(read(closed(of, 'drop'))).toEqual(['agent: Hi.'])
  expect(read(closed(of, 'keep'))).toEqual(['agent: Hi.', 'caller: I w'])
  expect(closed(SILENCE, 'drop')).toBe(SILENCE)
})

test('what was missed is filled in, what is being said stays last', () => {
  const of = play(stores(0, 'agent', 'Hi.'), stores(3, 'caller', 'Yes.'), says('agent', 'Well'))
  const turns = [stored(0, 'agent', 'Hi.'), stored(1, 'caller', 'A cat.'), stored(2, 'agent', 'Your name?'), stored(3, 'caller', 'Yes!')]
  const whole = ['agent: Hi.', 'caller: A cat.', 'agent: Your name?', 'caller: Yes!', 'agent…: Well']
  expect(read(merged(of, turns))).toEqual(whole)
  expect(read(merged(merged(of, turns), turns))).toEqual(whole)
})

test('what is being said while the past is filled in stays open', () => {
  const of = merged(play(says('caller', 'I want')), [stored(0, 'agent', 'Hi.')])
  expect(read(of)).toEqual(['agent: Hi.', 'caller…: I want'])
  expect(read(stores(1, 'caller', 'I want a cat.')(of))).toEqual(['agent: Hi.', 'caller: I want a cat.'])
})

test('a long call does not grow without end', () => {
  const steps = Array.from({ length: MOST_LINES + 50 }, (_, index) => stores(index, 'agent', String(index)))
  const of = play(...steps)
  expect(of.lines).toHaveLength(MOST_LINES)
  expect(of.lines.at(-1)?.text).toBe(String(MOST_LINES + 49))
})
