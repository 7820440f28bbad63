import { expect, test } from 'vitest'
import { trend } from './trends'

test('a trend tells the newest, the least and the most', () => {
  expect(trend([3, 1, 2])).toEqual({ now: 2, least: 1, most: 3, values: [3, 1, 2] })
})

test('what is not known now is not told, and makes no line', () => {
  expect(trend([3, null])).toEqual({ now: null, least: 3, most: 3, values: [3] })
  expect(trend([])).toEqual({ now: null, least: 0, most: 0, values: [] })
})
