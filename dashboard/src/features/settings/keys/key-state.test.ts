import { expect, test } from 'vitest'
import { endOf, stateOf } from './key-state'

test('a key is good until it is revoked or over', () => {
  expect(stateOf({ revoked_at: null, expires_at: null }, 100)).toBe('good')
  expect(stateOf({ revoked_at: null, expires_at: 101 }, 100)).toBe('good')
  expect(stateOf({ revoked_at: null, expires_at: 100 }, 100)).toBe('expired')
  expect(stateOf({ revoked_at: 50, expires_at: 60 }, 100)).toBe('revoked')
})

test('the end of a new key is counted from now', () => {
  expect(endOf('ever', 100)).toBeNull()
  expect(endOf('month', 100.7)).toBe(100 + 30 * 86_400)
})
