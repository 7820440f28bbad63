import { expect, test } from 'vitest'
import { anEar } from '../testing'
import { beyond, kindsOf, marksOf } from './marks'

const span = (from_s: number, to_s: number) => ({ from_s, to_s })

test('a silence that is dead air is no gap as well, and who came in tells overlaps apart', () => {
  const marks = marksOf(
    anEar({
      gaps: [span(4, 7.2), span(10, 10.8)],
      dead_air: [span(4, 7.2)],
      overlaps: [
        { ...span(12, 13), by: 'agent', yielded: false },
        { ...span(20, 20.4), by: 'caller', yielded: true },
      ],
    }),
  )
  expect(marks).toEqual([
    { kind: 'gap', start: 10, end: 10.8 },
    { kind: 'overlap', start: 20, end: 20.4 },
    { kind: 'talk_over', start: 12, end: 13 },
    { kind: 'dead_air', start: 4, end: 7.2 },
  ])
  expect(kindsOf(marks)).toEqual(['gap', 'overlap', 'talk_over', 'dead_air'])
  expect(kindsOf([])).toEqual([])
})

test.each([
  [1000, 1140, 140],
  [1000, 1010, null],
  [1000, 900, null],
  [1000, null, null],
])('of %i ms the ear waited %s', (total, ear, more) => {
  expect(beyond(total, ear)).toBe(more)
})
