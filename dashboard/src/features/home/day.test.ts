import { expect, test } from 'vitest'
import { scaleTo, wholeDay } from './day'

const hour = (start: number, calls: number) => ({ hour_start: start, calls, answered: calls, turns: 0, p95_ms: null })

test('a day is whole, with the hours to come', () => {
  const day = wholeDay([hour(0, 2), hour(3600, 1)])
  expect(day).toHaveLength(24)
  expect(day[1]).toEqual({ start: 3600, calls: 1, answered: 1, ahead: false })
  expect(day[2]).toEqual({ start: 7200, calls: 0, answered: 0, ahead: true })
})

test('a day with a longer night keeps all its hours', () => {
  expect(wholeDay(Array.from({ length: 25 }, (_, at) => hour(at * 3600, 0)))).toHaveLength(25)
  expect(wholeDay([])).toEqual([])
})

test.each([
  [0, 4],
  [4, 4],
  [7, 8],
  [10, 10],
  [13, 20],
  [350, 400],
  [999, 1000],
])('bars up to %s stand on a scale to %s', (most, scale) => {
  expect(scaleTo(most)).toBe(scale)
})
