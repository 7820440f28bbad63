import { expect, test } from 'vitest'
import { ruleName } from './rule-name'

test.each([
  ['Audio perdido / Audio dropped', 'es', 'Audio perdido'],
  ['Audio perdido / Audio dropped', 'en', 'Audio dropped'],
  ['Too many calls', 'es', 'Too many calls'],
  ['a / b / c', 'en', 'a / b / c'],
  ['mails/min', 'en', 'mails/min'],
])('%s in %s is %s', (name, language, shown) => {
  expect(ruleName(name, language)).toBe(shown)
})
