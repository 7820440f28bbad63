import { expect, test } from 'vitest'
import { anEvent } from '../testing'
import { groupOf, groupsIn, isKnown, offset } from './events'

test('groups that do not occur are left out', () => {
  const events = [anEvent('LegAnswered'), anEvent('MediaAttached'), anEvent('LegHungUp'), anEvent('SomethingNew')]
  expect(groupsIn(events)).toEqual([
    { group: 'line', count: 3 },
    { group: 'media', count: 1 },
  ])
})

test('what a later gateway invents is shown too', () => {
  expect(groupOf('SomethingNew')).toBe('line')
  expect(isKnown('SomethingNew')).toBe(false)
  expect(isKnown('constructor')).toBe(false)
})

test('times are told from the beginning of the call', () => {
  const format = (value: number) => value.toFixed(2)
  expect(offset(100.69, 100, format)).toBe('+0.69')
  expect(offset(98.8, 100, format)).toBe('−1.20')
})
