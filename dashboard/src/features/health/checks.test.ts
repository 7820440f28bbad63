import { expect, test } from 'vitest'
import type { Schema } from '@/shared/api'
import { echoDelay, grouped, isCheck, isGroup } from './checks'

function check(name: string, group: string, values: Record<string, string> = {}): Schema<'CheckOut'> {
  const text = { en: '', es: '' }
  return { name, group, level: 'ok', code: '', values, seen: text, remedy: text, took_s: 0 }
}

test('checks are shown by group, in the order they come in', () => {
  const groups = grouped([check('a', 'keys'), check('b', 'parts'), check('c', 'keys')])
  expect(groups.map(([group, checks]) => [group, checks.map((each) => each.name)])).toEqual([
    ['keys', ['a', 'c']],
    ['parts', ['b']],
  ])
})

test('the delay of the echo is a number of milliseconds, or not known', () => {
  expect(echoDelay([check('echo call', 'call', { delay: '42' })])).toBe(42)
  expect(echoDelay([check('echo call', 'call')])).toBeNull()
  expect(echoDelay([])).toBeNull()
})

test('what has no words here is called by its own name', () => {
  expect(isCheck('echo call')).toBe(true)
  expect(isCheck('telnyx')).toBe(false)
  expect(isGroup('keys')).toBe(true)
  expect(isGroup('new')).toBe(false)
})
