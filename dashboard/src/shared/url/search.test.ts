import { expect, test } from 'vitest'
import { day, flag, number, oneOf, safeReturn, searchParams, text } from './search'

const read = searchParams({ q: text(10), cause: oneOf('busy', 'normal'), page: number({ least: 1 }), open: flag(), from: day() })

test('what makes sense is kept', () => {
  const raw = { q: ' ana ', cause: 'busy', page: '2', open: 'true', from: '2026-01-31' }
  expect(read(raw)).toEqual({ q: 'ana', cause: 'busy', page: 2, open: true, from: '2026-01-31' })
})

test('what makes no sense is dropped', () => {
  const raw = { q: 'far too long a text', cause: 'x', page: 0, open: 'no', from: '2026-99-99', other: 1 }
  expect(read(raw)).toEqual({})
})

test('a number typed as text is text: addresses are parsed as JSON', () => {
  expect(read({ q: 42 })).toEqual({ q: '42' })
})

test.each([
  ['/calls?q=ana#x', '/calls?q=ana#x'],
  ['/', '/'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?next=/x', '/'],
  [undefined, '/'],
  [7, '/'],
])('back to %s goes to %s', (wanted, gone) => {
  expect(safeReturn(wanted, 'https://gateway.example')).toBe(gone)
})
