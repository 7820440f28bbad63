import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, json, problem, type Routes } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const overview = (more: object = {}) => ({
  ...{ at: 1, node: 'main', zone: 'UTC', answer_rate: 0.8, success_rate: 0.5, barge_ins_today: 2 },
  calls: { live: 2, today: 12, answered_today: 9, inbound_today: 5, outbound_today: 7 },
  turns: { today: 40, p50_ms: 900, p95_ms: 1700 },
  by_hour: [{ hour_start: 0, calls: 12, answered: 9, turns: 40, p95_ms: 900 }],
  hangup_causes: [{ cause: 'normal', count: 8 }, { cause: 'busy', count: 2 }],
  ...more,
})
const nothing = { live: 0, today: 0, answered_today: 0, inbound_today: 0, outbound_today: 0 }
const caller = { id: 'k1', at: 1_790_000_000, from: '+573009876543', to: '+571', call_sid: '', carrier: 'telnyx', done_at: null }
const routes = (more: Routes = {}): Routes => ({
  'GET /api/overview': overview(),
  'GET /api/health/combined': { status: 'ok', reasons: [], processes: [{ name: 'main', state: 'alive', age_s: 1 }] },
  'GET /api/alerts': { items: [], next_cursor: '' },
  'GET /api/callbacks': { items: [caller], next_cursor: '' },
  ...more,
})

test('today is told in figures, each with what it means', async () => {
  fakeApi(routes())
  const { user } = await renderApp('/')
  expect(await screen.findByText('80%')).toBeInTheDocument()
  expect(screen.getByText('5 in · 7 out')).toBeInTheDocument()
  screen.getByRole('button', { name: 'What is this? Answer rate' }).focus()
  expect(await screen.findByText(/how many were picked up/)).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'As a table' }))
  const table = screen.getByRole('table')
  expect(within(table).getAllByRole('row')).toHaveLength(2)
  expect(await faults()).toEqual([])
})

test('a cause leads to its calls', async () => {
  fakeApi(routes())
  await renderApp('/')
  expect(await screen.findByRole('link', { name: /Busy/ })).toHaveAttribute('href', expect.stringContaining('cause=busy'))
})

test('a call that changes makes it ask again', async () => {
  const all = fakeApi(routes())
  const { emit } = await renderApp('/')
  await screen.findByText('5 in · 7 out')
  all['GET /api/overview'] = overview({ calls: { ...nothing, today: 13, inbound_today: 6, outbound_today: 7 } })
  emit('call.state', { call_id: 'c', phase: 'ringing', mode: 'stream', cause: null, reason: '' })
  await screen.findByText('6 in · 7 out')
})

test('who was called back leaves the list', async () => {
  const all = fakeApi(routes())
  all['POST /api/callbacks/k1/done'] = () => {
    all['GET /api/callbacks'] = { items: [], next_cursor: '' }
    return { ...caller, done_at: 2 }
  }
  const { user } = await renderApp('/')
  await user.click(await screen.findByRole('button', { name: '+573009876543 was called back' }))
  await screen.findByText(/Nobody waits/)
})

test('a gateway without any call says what to do first', async () => {
  fakeApi(
    routes({
      'GET /api/overview': overview({ calls: nothing, hangup_causes: [] }),
      'GET /api/calls': { items: [], next_cursor: '' },
      'GET /api/providers': { at: 1, node: 'main', errors_window_s: 1, items: [{ kind: 'carrier', name: 'twilio' }] },
    }),
  )
  await renderApp('/')
  await screen.findByRole('heading', { name: 'First steps' })
  await screen.findByText(/\/webhook\/twilio\/voice$/)
  expect(await faults()).toEqual([])
})

test('a quiet day of a gateway that had calls is no first start', async () => {
  fakeApi(routes({ 'GET /api/overview': overview({ calls: nothing }), 'GET /api/calls': { items: [{}], next_cursor: '' } }))
  await renderApp('/')
  await screen.findByRole('heading', { name: 'Calls by hour' })
  expect(screen.queryByRole('heading', { name: 'First steps' })).toBeNull()
})

test('a process that is not there is told in words, also when all are gone', async () => {
  const down = { status: 'down', reasons: [], processes: [{ name: 'main', state: 'dead', age_s: 9 }] }
  fakeApi(routes({ 'GET /api/health/combined': () => json(down, 503), 'GET /api/overview': () => problem(502, 'unavailable') }))
  await renderApp('/')
  await screen.findByText('Nobody answers at its address.')
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('not available right now'))
})
