import { expect, test } from 'vitest'
import { barsOf, pathOf, ticksOf } from './bars'

test('a bar is as high as the loudest it stands for', () => {
  expect(barsOf([0.1, 0.5, 0.2, 0.3], 2)).toEqual([0.5, 0.3])
  expect(barsOf([0.1, 0.2], 10)).toEqual([0.1, 0.2])
  expect(barsOf([], 10)).toEqual([])
  expect(barsOf([1], 0)).toEqual([])
})

test('silence is a thin line, the loudest fills the track', () => {
  const box = { width: 6, middle: 20, reach: 10, loudest: 0.5 }
  expect(pathOf([0, 0.5], box)).toBe('M1.5 19.3v1.5M4.5 10.0v20.0')
})

test('the scale is written where there is room', () => {
  expect(ticksOf(58, 1000)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55])
  expect(ticksOf(58, 300)).toEqual([0, 15, 30, 45])
  expect(ticksOf(0, 300)).toEqual([])
})
