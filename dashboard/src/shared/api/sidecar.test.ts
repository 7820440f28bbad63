import { expect, test } from 'vitest'
import { fakeApi, json, problem } from '@/testing/fake-api'
import { askSidecar } from './sidecar'

const down = { status: 'down', reasons: [], processes: [{ name: 'main', state: 'dead', age_s: 12 }] }

test('that everything is down is an answer, not an error', async () => {
  fakeApi({ 'GET /api/health/combined': () => json(down, 503) })
  await expect(askSidecar('/api/health/combined')).resolves.toEqual(down)
})

test('a refusal is a problem', async () => {
  fakeApi({ 'GET /api/status': () => problem(401, 'unauthorized') })
  await expect(askSidecar('/api/status')).rejects.toMatchObject({ status: 401, code: 'session_ended' })
})

test('the page of a proxy is a problem', async () => {
  fakeApi({ 'GET /api/status': () => new Response('<html>', { status: 502 }) })
  await expect(askSidecar('/api/status')).rejects.toMatchObject({ status: 502, code: 'unavailable' })
})

test('a sidecar that is not there is a problem', async () => {
  fakeApi({
    'GET /api/status': () => {
      throw new TypeError('failed to fetch')
    },
  })
  await expect(askSidecar('/api/status')).rejects.toMatchObject({ code: 'unreachable' })
})
