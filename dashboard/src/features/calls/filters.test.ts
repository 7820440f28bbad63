import { expect, test } from 'vitest'
import { boundsOf, chipsOf, exportPath, queryOf, spanOf } from './filters'

const now = new Date(2026, 2, 10, 15, 30)
const at = (...day: [number, number, number]) => new Date(...day).getTime() / 1000

test('without filters everything is asked for', () => {
  expect(queryOf({}, now)).toEqual({})
  expect(exportPath(queryOf({}, now))).toBe('/api/calls.csv')
  expect(chipsOf({})).toEqual([])
})

test.each([
  ['today', at(2026, 2, 10)],
  ['7d', at(2026, 2, 4)],
  ['30d', at(2026, 1, 9)],
] as const)('%s begins at a midnight here', (when, from) => {
  expect(boundsOf({ when }, now)).toEqual({ from })
})

test('a range of days includes its last day', () => {
  expect(boundsOf({ from: '2026-03-01', to: '2026-03-02' }, now)).toEqual({ from: at(2026, 2, 1), to: at(2026, 2, 3) })
  expect(boundsOf({ when: 'custom', to: '2026-12-31' }, now)).toEqual({ to: at(2027, 0, 1) })
  expect(spanOf({ to: '2026-12-31' })).toBe('custom')
})

test('a span that was named wins over days that are left in the address', () => {
  expect(boundsOf({ when: 'today', from: '2020-01-01' }, now)).toEqual({ from: at(2026, 2, 10) })
})

test('calls in progress are no phase', () => {
  expect(queryOf({ state: 'live' }, now)).toEqual({ live: 'true' })
  expect(queryOf({ state: 'ended', bot: 'maria' }, now)).toEqual({ state: 'ended', bot_id: 'maria' })
})

test('the export has the same filters, written for an address', () => {
  expect(exportPath(queryOf({ q: '+57 300', cause: 'busy' }, now))).toBe('/api/calls.csv?q=%2B57+300&cause=busy')
})

test('every filter has a chip that takes away itself only', () => {
  const chips = chipsOf({ q: 'ana', from: '2026-01-01', cause: 'busy' })
  expect(chips.map((chip) => chip.name)).toEqual(['when', 'q', 'cause'])
  expect(chips[0]?.without).toEqual({ when: undefined, from: undefined, to: undefined })
  expect(chips[2]?.without).toEqual({ cause: undefined })
})

test('a range of one’s own without a day is no filter yet', () => {
  expect(chipsOf({ when: 'custom' })).toEqual([])
})
