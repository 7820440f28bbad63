import { expect, test } from 'vitest'
import { splitHeard } from './heard'

test.each([
  ['what was heard whole', 'Hola, ¿cómo está?', 'Hola, ¿cómo está?', 'Hola, ¿cómo está?', ''],
  ['a reply that was cut off', 'Para revisar a Toby', 'Para revisar', 'Para revisar', 'a Toby'],
  ['a reply of which nothing was heard', 'Para revisar', '', '', 'Para revisar'],
  ['spaces that differ', 'Uno  dos tres', 'Uno dos', 'Uno  dos', 'tres'],
  ['a word that was broken off', 'Entiendo, vamos', 'Entiendo, va', 'Entiendo,', 'vamos'],
  ['a text that differs at its beginning', 'Uno dos', 'Otro', '', 'Uno dos'],
  ['more heard than said', 'Uno dos', 'Uno dos tres', 'Uno dos', ''],
])('%s', (_, text, heard, whole, rest) => {
  expect(splitHeard(text, heard)).toEqual({ heard: whole, unheard: rest })
})
