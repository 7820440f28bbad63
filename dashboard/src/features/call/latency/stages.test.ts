import { expect, test } from 'vitest'
import { aTurn } from '../testing'
import { quantile, scaleOf, segmentsOf, waitsOf } from './stages'

const timing = { stt: 450, dispatch: 1, brain: 375, clause: 30, handover: 1, voice: 200, playout: 3, total: 1060, gateway: 5 }

test('stages come in their order, each with its owner; missing ones are left out', () => {
  expect(segmentsOf({ voice: 180, playout: 1 })).toEqual([
    { stage: 'voice', owner: 'voice', ms: 180 },
    { stage: 'playout', owner: 'gateway', ms: 1 },
  ])
  expect(segmentsOf(timing).map((each) => each.owner)).toEqual(['stt', 'gateway', 'brain', 'clause', 'gateway', 'voice', 'gateway'])
})

test('what was made ready ahead of the decision was not waited for', () => {
  const ahead = { stt: 170, endpoint: 400, brain: 350, clause: 30, voice: 180, playout: 2, ahead: 400 }
  expect(segmentsOf(ahead).map((each) => each.ms)).toEqual([170, 400, 0, 0, 160, 2])
})

test('only replies that were waited for count', () => {
  const turns = [aTurn({ timing: { voice: 180 } }), aTurn({ index: 1, speaker: 'caller' }), aTurn({ index: 2, timing })]
  expect(waitsOf(turns).map((wait) => [wait.index, wait.total])).toEqual([[2, 1060]])
})

test('quantiles are values that occurred', () => {
  expect(quantile([], 0.5)).toBeNull()
  expect(quantile([3, 1, 2], 0.5)).toBe(2)
  expect(quantile([1, 2, 3, 4], 0.95)).toBe(4)
})

test('the scale shows both thresholds, and the longest wait', () => {
  expect(scaleOf([])).toBe(1700)
  expect(scaleOf([{ index: 0, total: 4000, segments: [], ear: null }])).toBe(4200)
})
