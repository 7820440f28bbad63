import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, problem, type Asked } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const record = (id: string, more: object = {}) => ({
  ...{ id, direction: 'outbound', state: 'talking', mode: 'stream', sender: '+576015550100', to: '+573001234567' },
  ...{ name: 'Laura', bot_id: 'maria', call_control_id: '', session_id: '', created_at: 50, answered_at: 60 },
  ...{ ended_at: null, hangup_cause: '', reason: '', node: 'main', duration_s: null, turn_count: 1 },
  ...{ latency_p95_ms: null, recording: '', recording_url: '', metadata: {} },
  ...more,
})
const item = (id: string, more: object = {}) => ({
  call: record(id, more),
  last_speaker: 'agent',
  last_text: 'Good morning.',
  last_latency_ms: 820,
  turns: 1,
})
const turn = { index: 0, speaker: 'agent', text: 'Good morning.', heard: 'Good morning.', interrupted: false, started_at: 1, ended_at: 2, timing: {}, tools: [] }
const detail = (id: string, more: object = {}) => ({ ...record(id, more), heard: '', turns: [turn], events: [] })
const routes = () => ({
  'GET /api/calls/live': { items: [item('c1')] },
  'GET /api/calls/c1': detail('c1'),
})
const words = (speaker: string, text: string, id = 'c1') => ({ call_id: id, speaker, pii_text: text })

test('a call shows who, what was said last and how long the caller waited', async () => {
  fakeApi(routes())
  const { emit } = await renderApp('/live')
  const list = await screen.findByRole('list', { name: 'Live calls' })
  expect(list).toHaveTextContent(/Laura.*Good morning\..*820/)
  emit('call.words', words('caller', 'I want a'))
  emit('call.words', words('caller', 'I want an appointment'))
  await waitFor(() => expect(list).toHaveTextContent('CallerI want an appointment'))
  expect(await faults()).toEqual([])
})

test('a new call appears at once, is described soon, and says at its end why', async () => {
  const all = fakeApi(routes())
  const { emit } = await renderApp('/live')
  const list = await screen.findByRole('list', { name: 'Live calls' })
  all['GET /api/calls/live'] = { items: [item('c2', { name: 'Jorge', state: 'ringing', created_at: 70 }), item('c1')] }
  emit('call.state', { call_id: 'c2', phase: 'ringing', mode: 'stream', cause: null, reason: '' })
  await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(2))
  await within(list).findByText('Jorge')
  emit('call.state', { call_id: 'c2', phase: 'ended', mode: 'stream', cause: 'busy', reason: '' })
  await within(list).findByText('Busy')
})

test('nobody on the phone says what comes next', async () => {
  fakeApi({ 'GET /api/calls/live': { items: [] } })
  await renderApp('/live')
  await screen.findByText('Nobody is on the phone')
})

test('a list that cannot be had is an error with a way to try again', async () => {
  fakeApi({ 'GET /api/calls/live': () => problem(503, 'store_unavailable') })
  await renderApp('/live')
  expect(await screen.findByRole('alert')).toHaveTextContent('The database cannot be reached')
})

test('the drawer opens from the row, streams what is said, and gives its address back', async () => {
  fakeApi(routes())
  const { emit, user, router } = await renderApp('/live')
  await user.click(await screen.findByRole('link', { name: 'Laura' }))
  expect(router.state.location.search).toEqual({ call: 'c1' })
  const drawer = await screen.findByRole('dialog', { name: 'Laura' })
  await within(drawer).findByText('Good morning.')
  emit('call.words', words('caller', 'Hello'))
  await within(drawer).findByText('listening, may change')
  emit('call.words', words('agent', 'Of course,'))
  emit('call.barge_in', { call_id: 'c1', outcome: 'paused' })
  await within(drawer).findByText('The caller speaks: the bot fell silent')
  expect(await faults(drawer)).toEqual([])
  await user.keyboard('{Escape}')
  await waitFor(() => expect(router.state.location.search).toEqual({}))
})

test('hanging up is asked once more', async () => {
  const asked: Asked[] = []
  const note = (request: Asked) => {
    asked.push(request)
    return { call_id: 'c1', asked: 'x' }
  }
  fakeApi({ ...routes(), 'POST /api/calls/c1/hangup': note, 'POST /api/calls/c1/say': note })
  const { user } = await renderApp('/live?call=c1')
  const drawer = await screen.findByRole('dialog', { name: 'Laura' })
  await user.click(await within(drawer).findByRole('button', { name: 'Hang up' }))
  const sure = within(drawer).getByRole('group', { name: 'End this call?' })
  expect(within(sure).getByRole('button', { name: 'No' })).toHaveFocus()
  expect(asked).toEqual([])
  await user.click(within(sure).getByRole('button', { name: 'Hang up' }))
  await waitFor(() => expect(asked.map((each) => each.path)).toEqual(['/api/calls/c1/hangup']))
})

test('what is typed is said, and a refusal is told', async () => {
  const asked: unknown[] = []
  const all = fakeApi({
    ...routes(),
    'POST /api/calls/c1/say': ({ body }) => {
      asked.push(body)
      return { call_id: 'c1', asked: 'say' }
    },
  })
  const { user } = await renderApp('/live?call=c1')
  const field = await screen.findByRole('textbox', { name: 'Let the bot say' })
  await user.type(field, 'One moment{Enter}')
  await waitFor(() => expect(field).toHaveValue(''))
  expect(asked).toEqual([{ text: 'One moment' }])
  all['POST /api/calls/c1/say'] = () => problem(409, 'call_not_live')
  await user.type(field, 'Hello{Enter}')
  await screen.findByText(/The call is not in progress/)
  expect(field).toHaveValue('Hello')
})

test('after a break the list is asked for again and right', async () => {
  const all = fakeApi(routes())
  const { emit } = await renderApp('/live')
  emit('hello', { node: 'a', at: 1 })
  const list = await screen.findByRole('list', { name: 'Live calls' })
  emit('call.words', words('caller', 'half a sen'))
  await waitFor(() => expect(list).toHaveTextContent('half a sen'))
  all['GET /api/calls/live'] = { items: [{ ...item('c1'), last_text: 'Goodbye, then.' }] }
  emit('error')
  await waitFor(() => expect(list).not.toHaveTextContent('half a sen…'))
  await waitFor(() => expect(list).toHaveTextContent('Goodbye, then.'), { timeout: 7000 })
})

test('a call that does not exist says so in its drawer', async () => {
  fakeApi({ ...routes(), 'GET /api/calls/c9': () => problem(404, 'unknown_call') })
  await renderApp('/live?call=c9')
  const drawer = await screen.findByRole('dialog')
  expect(await within(drawer).findByRole('alert')).toHaveTextContent('There is no such call')
})
