import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, problem, type Asked } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const call = (id: string, change: Record<string, unknown> = {}) => ({
  id,
  direction: 'outbound',
  state: 'ended',
  mode: 'stream',
  sender: '+576015550100',
  to: '+573001234567',
  name: 'Laura',
  bot_id: 'maria',
  call_control_id: 'v3:x',
  session_id: 's',
  created_at: 1_795_271_952,
  answered_at: 1_795_271_953,
  ended_at: 1_795_272_012,
  hangup_cause: 'normal',
  reason: '',
  node: 'main',
  duration_s: 58.7,
  turn_count: 12,
  latency_p95_ms: 1088,
  recording: '',
  recording_url: '',
  metadata: {},
  ...change,
})

/** What was asked for, newest last. */
function apiWith(reply: (asked: Asked) => unknown) {
  const asked: Asked[] = []
  const routes = fakeApi({
    'GET /api/calls': (one) => {
      asked.push(one)
      return reply(one) as Record<string, unknown>
    },
  })
  return { asked, routes }
}

test('calls are listed, and more of them are loaded on demand', async () => {
  const { asked } = apiWith(({ search }) =>
    search.get('cursor') === 'next'
      ? { items: [call('b', { name: 'Andrés', hangup_cause: 'busy' })], next_cursor: '' }
      : { items: [call('a')], next_cursor: 'next' },
  )
  const { user } = await renderApp('/calls')
  const table = await screen.findByRole('table', { name: 'Calls' })
  expect(within(table).getByText('Laura')).toBeVisible()
  expect(within(table).getByText('+57 300 123 4567')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Load more' }))
  expect(await screen.findByText('Andrés')).toBeVisible()
  expect(screen.getByText('All 2 calls')).toBeVisible()
  expect(asked.at(-1)?.search.get('cursor')).toBe('next')
  expect(await faults()).toEqual([])
})

test('filters come from the address, go to the API and the export, and are taken away by their chips', async () => {
  const { asked } = apiWith(() => ({ items: [call('a')], next_cursor: '' }))
  const { user, router } = await renderApp('/calls?cause=busy&state=live')
  await screen.findByRole('table')
  expect(Object.fromEntries(asked.at(-1)?.search ?? [])).toEqual({ cause: 'busy', live: 'true', limit: '50' })
  expect(screen.getByRole('link', { name: 'Export CSV' })).toHaveAttribute('href', '/api/calls.csv?live=true&cause=busy')
  await user.click(screen.getByRole('button', { name: 'Remove the filter End: Busy' }))
  await waitFor(() => expect(asked.at(-1)?.search.get('cause')).toBeNull())
  expect(router.state.location.search).toEqual({ state: 'live' })
})

test('typing asks once it pauses', async () => {
  const { asked } = apiWith(() => ({ items: [call('a')], next_cursor: '' }))
  const { user, router } = await renderApp('/calls')
  await screen.findByRole('table')
  await user.type(screen.getByRole('searchbox', { name: 'Name or number' }), 'ana ')
  await waitFor(() => expect(router.state.location.search).toEqual({ q: 'ana' }))
  await waitFor(() => expect(asked.at(-1)?.search.get('q')).toBe('ana'))
  expect(screen.getByRole('searchbox')).toHaveValue('ana ')
  expect(asked.map((each) => each.search.get('q'))).toEqual([null, 'ana'])
})

test('without calls the next step is to call somebody; a repeat is the same call', async () => {
  const { routes } = apiWith(() => ({ items: [], next_cursor: '' }))
  const keys: string[] = []
  const answers = [problem(422, 'bad_number'), problem(502, 'unavailable'), { call_id: 'c9', success: true, state: 'ringing' }]
  routes['POST /api/call/initiate'] = ({ body }) => {
    keys.push((body as { idempotency_key: string }).idempotency_key)
    return answers.shift() as Response
  }
  const { user, router } = await renderApp('/calls')
  await screen.findByText('No calls yet')
  await user.click(screen.getAllByRole('button', { name: 'Call somebody' })[1] as HTMLElement)
  const dialog = await screen.findByRole('dialog', { name: 'Call somebody' })
  const number = within(dialog).getByRole('textbox', { name: /Number/ })
  await user.type(number, '12{Enter}')
  expect(await within(dialog).findByText(/This number cannot be called/)).toBeVisible()
  await user.type(number, '345678')
  await user.click(within(dialog).getByRole('button', { name: 'Call' }))
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('not available right now')
  expect(await faults()).toEqual([])
  await user.click(within(dialog).getByRole('button', { name: 'Call' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/calls/c9'))
  expect(keys[1]).toBe(keys[2])
  expect(keys[0]).not.toBe(keys[1])
})

test('nothing found is not nothing at all', async () => {
  apiWith(() => ({ items: [], next_cursor: '' }))
  const { user, router } = await renderApp('/calls?q=nobody', 'es')
  expect(await screen.findByText('Ninguna llamada coincide')).toBeVisible()
  await user.click(screen.getAllByRole('button', { name: 'Quitar todos los filtros' })[0] as HTMLElement)
  await waitFor(() => expect(router.state.location.search).toEqual({}))
})

test('a call that changes its state is asked for again', async () => {
  const { asked } = apiWith(() => ({ items: [call('a', { state: 'talking', ended_at: null })], next_cursor: '' }))
  const { emit } = await renderApp('/calls')
  await screen.findByRole('table')
  const before = asked.length
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  emit('call.state', { call_id: 'a', phase: 'ended', mode: 'stream', cause: 'normal', reason: '' })
  emit('call.state', { call_id: 'b', phase: 'ended', mode: 'stream', cause: 'normal', reason: '' })
  await act(() => vi.advanceTimersByTimeAsync(2500))
  vi.useRealTimers()
  expect(asked.length).toBe(before + 1)
})
