import { expect, test } from 'vitest'
import { ending, heardParts } from './said'

test('a short text is whole', () => {
  expect(ending('Hello there', 20)).toBe('Hello there')
})

test('of a long text the end is shown, from the beginning of a word', () => {
  expect(ending('one two three four', 11)).toBe('… three four')
  expect(ending('x'.repeat(30), 10)).toBe(`…${'x'.repeat(10)}`)
})

test('what was not heard is told apart', () => {
  expect(heardParts('I can offer you Tuesday', 'I can offer ')).toEqual(['I can offer', ' you Tuesday'])
  expect(heardParts('I can', '')).toEqual(['', 'I can'])
  expect(heardParts('I can', 'Something else')).toEqual(['I can', ''])
})
