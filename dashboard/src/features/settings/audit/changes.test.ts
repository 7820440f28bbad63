import { expect, test } from 'vitest'
import { changesOf } from './changes'

test('fields come once, with what they were and what they are', () => {
  expect(changesOf({ role: 'agent', gone: 1 }, { role: 'admin', made: ['a'] })).toEqual([
    { field: 'role', before: 'agent', after: 'admin' },
    { field: 'gone', before: '1', after: null },
    { field: 'made', before: null, after: '["a"]' },
  ])
  expect(changesOf({}, {})).toEqual([])
  expect(changesOf({ zone: '' }, { zone: null })).toEqual([{ field: 'zone', before: '–', after: '–' }])
  expect(changesOf({}, { long: 'x'.repeat(500) })[0]?.after).toHaveLength(201)
})
