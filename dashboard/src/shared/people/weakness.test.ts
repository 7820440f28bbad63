import { expect, test } from 'vitest'
import { ApiProblem } from '@/shared/api'
import { isLikeOwner, isLongEnough, weaknessesOf } from './weakness'

const ana = { name: 'Ana Núñez', email: 'ana.nunez@clinica.example' }

test.each([
  ['Núñez2026', true],
  ['ana.nunez!!', true],
  ['ANA 1234567', true],
  ['tres gatos verdes', false],
  ['1234567890', false],
])('%s is nothing but the owner: %s', (password, like) => {
  expect(isLikeOwner(password, ana)).toBe(like)
})

test('characters are counted, not their bytes', () => {
  expect(isLongEnough('ñandúñandú')).toBe(true)
  expect(isLongEnough('🐈🐈🐈🐈🐈')).toBe(false)
})

test('the reasons of a refusal are those that have words', () => {
  const faults = [
    { field: 'password', message: 'common' },
    { field: 'password', message: 'something new' },
  ]
  expect(weaknessesOf(new ApiProblem({ status: 422, code: 'weak_password', faults }))).toEqual(['common'])
  expect(weaknessesOf(new ApiProblem({ status: 422, code: 'invalid' }))).toBeNull()
  expect(weaknessesOf(null)).toBeNull()
})
