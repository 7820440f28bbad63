import { expect, test } from 'vitest'
import { ApiProblem } from '@/shared/api'
import { afterFailure, changed, isAboutNumber, newKey, type Order } from './dial'

const order: Order = { name: 'Ana', phone: '300 123 4567', key: 'first' }
const fresh = () => 'second'
const failed = (status: number, code: string, faults = [] as { field: string; message: string }[]) =>
  new ApiProblem({ status, code, faults })

test('keys are long and not repeated', () => {
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/)
  expect(newKey()).not.toBe(newKey())
})

test('another number is another call', () => {
  expect(changed(order, { phone: '1' }, fresh)).toEqual({ name: 'Ana', phone: '1', key: 'second' })
})

test.each([
  ['unreachable', 0, 'first'],
  ['timeout', 0, 'first'],
  ['unavailable', 502, 'first'],
  ['store_unavailable', 503, 'first'],
  ['dial_refused', 502, 'second'],
  ['bad_number', 422, 'second'],
])('after %s the key is kept only if somebody may have been called', (code, status, key) => {
  expect(afterFailure(order, failed(status, code), fresh).key).toBe(key)
})

test('faults of the number are told at the number', () => {
  expect(isAboutNumber(failed(422, 'bad_number'))).toBe(true)
  expect(isAboutNumber(failed(422, 'invalid', [{ field: 'telefono', message: '' }]))).toBe(true)
  expect(isAboutNumber(failed(422, 'invalid', [{ field: 'nombre', message: '' }]))).toBe(false)
  expect(isAboutNumber(new Error('x'))).toBe(false)
})
