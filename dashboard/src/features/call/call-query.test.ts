import { expect, test } from 'vitest'
import { nextLook } from './call-query'
import { aCall } from './testing'

test('a recording that is being saved is looked for soon, a live call now and then, a finished one not at all', () => {
  expect(nextLook(aCall({ ended_at: 160 }), 165)).toBe(2000)
  expect(nextLook(aCall({ state: 'talking', ended_at: null }), 165)).toBe(15_000)
  expect(nextLook(aCall({ ended_at: 160 }), 1000)).toBe(false)
  expect(nextLook(aCall({ recording_url: '/r' }), 161)).toBe(false)
  expect(nextLook(undefined, 0)).toBe(false)
})
