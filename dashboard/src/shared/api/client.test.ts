import { expect, test, vi } from 'vitest'
import { fakeApi, json, problem } from '@/testing/fake-api'
import { api, ApiProblem, ask, isPassing, isSignedOut } from '.'

async function failure(): Promise<ApiProblem> {
  const error: unknown = await ask(api.GET('/api/calls')).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiProblem)
  return error as ApiProblem
}

test('data come back as they are', async () => {
  fakeApi({ 'GET /api/calls': { items: [], next_cursor: '' } })
  expect(await ask(api.GET('/api/calls'))).toEqual({ items: [], next_cursor: '' })
})

test('a problem keeps its code, and may pass when it is the gateway’s', async () => {
  fakeApi({ 'GET /api/calls': () => problem(503, 'store_unavailable', 'The database cannot be reached') })
  const error = await failure()
  expect(error).toMatchObject({ status: 503, code: 'store_unavailable', title: 'The database cannot be reached' })
  expect(isPassing(error)).toBe(true)
})

test('refused fields are kept', async () => {
  const errors = [{ field: 'to', message: 'too short' }]
  fakeApi({ 'GET /api/calls': () => json({ status: 422, code: 'invalid', title: 'x', errors }, 422) })
  const error = await failure()
  expect(error.faults).toEqual(errors)
  expect(isPassing(error)).toBe(false)
})

test('a page of the proxy is a gateway that is not available', async () => {
  const page = () => new Response('<h1>502</h1>', { status: 502, headers: { 'Content-Type': 'text/html' } })
  fakeApi({ 'GET /api/calls': page })
  expect(await failure()).toMatchObject({ status: 502, code: 'unavailable' })
})

test('no answer at all is a gateway that cannot be reached', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')))
  expect(await failure()).toMatchObject({ status: 0, code: 'unreachable' })
})

test('an answer that does not come in time is told as such', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('too late', 'TimeoutError')))
  expect(await failure()).toMatchObject({ status: 0, code: 'timeout' })
})

test('401 is a session that is over', async () => {
  fakeApi({ 'GET /api/calls': () => problem(401, 'unauthorized') })
  expect(isSignedOut(await failure())).toBe(true)
})
