import { expect, test } from 'vitest'
import { aTurn } from '../testing'
import { lineAt, linesOf, voiceBefore } from './lines'

/** Ten peaks a second; loud in the given stretches. */
function track(seconds: number, ...loud: [number, number][]) {
  const peaks = Array.from({ length: seconds * 10 }, (_, at) => (loud.some(([from, to]) => at / 10 >= from && at / 10 < to) ? 0.4 : 0.01))
  return { peaks, step: 0.1 }
}

const outline = (seconds: number, ...loud: [number, number][]) => ({
  duration_s: seconds,
  channels: [{ name: 'caller' as const, peaks: track(seconds, ...loud).peaks }],
})

test('a voice is found back to its beginning, over short pauses', () => {
  expect(voiceBefore(track(20, [3, 4], [7, 8], [9, 11]), 12, 0)).toBeCloseTo(7)
  expect(voiceBefore(track(20, [3, 4]), 12, 5)).toBeNull()
  expect(voiceBefore(track(20, [3, 8]), 10, 5)).toBeCloseTo(5)
})

test('a reply begins with its first sound', () => {
  const timing = { stt: 450, dispatch: 1, brain: 375, clause: 30, handover: 1, voice: 200, playout: 4, total: 1061 }
  const [line] = linesOf([aTurn({ started_at: 111, ended_at: 116, timing })], 100)
  expect(line).toMatchObject({ start: 11.61, end: 16 })
})

test('a turn of the caller begins where the voice does', () => {
  const turn = aTurn({ speaker: 'caller', text: 'Hola', started_at: 111, ended_at: 111 })
  expect(linesOf([turn], 100, outline(20, [7, 10.5]))[0]).toMatchObject({ start: 7, end: 11 })
})

test('two turns in one breath meet where the first was over', () => {
  const turns = [22.5, 25.1].map((over, index) => aTurn({ index, speaker: 'caller', ended_at: 100 + over, started_at: 100 + over }))
  const lines = linesOf(turns, 100, outline(30, [21.8, 24.8]))
  expect(lines[0]?.start).toBeCloseTo(21.8)
  expect(lines[1]?.start).toBeCloseTo(22.5)
})

test('without an outline the beginning is guessed from the length of the text', () => {
  const turn = aTurn({ speaker: 'caller', text: 'x'.repeat(28), started_at: 111, ended_at: 111 })
  expect(linesOf([turn], 100)[0]).toMatchObject({ start: 9, end: 11 })
})

test.each([
  [0, -1],
  [0.2, 0],
  [5, 0],
  [7.3, 1],
  [99, 2],
])('at %s s line %s is heard', (time, index) => {
  const lines = [0.2, 7.3, 11].map((start) => ({ turn: aTurn(), start, end: start + 1 }))
  expect(lineAt(lines, time)).toBe(index)
})
