import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, problem } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'
import type { CallDetail } from './call-types'
import { aCall, anEar, anEvent, aTurn } from './testing'

const OUTLINE = {
  duration_s: 60,
  channels: [
    { name: 'caller', peaks: [0, 0.4, 0] },
    { name: 'agent', peaks: [0.4, 0, 0.4] },
  ],
}
const TIMING = { stt: 450, dispatch: 1, brain: 375, clause: 30, handover: 1, voice: 200, playout: 3, total: 1060 }

function api(call: CallDetail, more = {}) {
  return fakeApi({
    'GET /api/calls/c1': () => ({ ...call }),
    'GET /api/calls/c1/waveform': OUTLINE,
    'GET /api/sessions/c1': { variables: { mascota: 'Toby' }, language: 'es' },
    ...more,
  })
}

const ended = aCall({
  recording_url: '/api/calls/c1/recording',
  turns: [
    aTurn(),
    aTurn({ index: 1, speaker: 'caller', text: 'Quiero una cita.', started_at: 110, ended_at: 110 }),
    aTurn({
      index: 2,
      text: 'Con gusto. Tengo tres espacios.',
      heard: 'Con gusto.',
      interrupted: true,
      started_at: 110,
      ended_at: 113,
      timing: TIMING,
      tools: [{ name: 'end_call', arguments: { reason: 'adiós' } }],
    }),
  ],
  events: [anEvent('CallRequested', 100, { to: '+57' }, 1), anEvent('LegAnswered', 101, {}, 2), anEvent('MediaAttached', 100.7, {}, 3)],
})

beforeEach(() => {
  // jsdom plays nothing.
  vi.spyOn(HTMLMediaElement.prototype, 'load').mockReturnValue(undefined)
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockReturnValue(undefined)
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue(undefined)
})

test('an ended call tells what was said, what was not heard, and how long one waited', async () => {
  api(ended)
  await renderApp('/calls/c1')
  expect(await screen.findByRole('heading', { name: 'Laura' })).toBeVisible()
  const struck = screen.getByText('Tengo tres espacios.')
  expect(struck.tagName).toBe('S')
  expect(screen.getByText('Ended the call')).toBeVisible()
  expect(screen.getAllByText('The bot said goodbye')).toHaveLength(2)
  expect(await screen.findByText('mascota')).toBeVisible()
  expect(await screen.findByRole('slider', { name: 'Position in the recording' })).toBeVisible()
  expect(await faults()).toEqual([])
})

test('a line plays the recording from where it was said', async () => {
  api(ended)
  const { user } = await renderApp('/calls/c1')
  const seeked = vi.spyOn(HTMLMediaElement.prototype, 'currentTime', 'set')
  const play = vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue(undefined)
  // 9 s after the answer, and 0.609 s until the reply could be heard.
  await user.click(await screen.findByRole('button', { name: 'Play from 0:09' }))
  expect(seeked.mock.calls.at(-1)?.[0]).toBeCloseTo(9.609)
  expect(play).toHaveBeenCalledTimes(1)
  await user.click(screen.getByText('Buenos días.'))
  expect(seeked.mock.calls.at(-1)?.[0]).toBeCloseTo(0)
})

test('the stages of a reply open, and are there as a table', async () => {
  api(ended)
  const { user } = await renderApp('/calls/c1')
  const reply = await screen.findByRole('button', { name: /Reply at 0:09/ })
  await user.click(reply)
  expect(reply).toHaveAttribute('aria-expanded', 'true')
  expect(screen.getByText('Model: first token')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'As a table' }))
  const table = screen.getByRole('table', { name: /Stages of every reply/ })
  expect(within(table).getByRole('row', { name: /0:09 1,060 – 450 – 1 375/ })).toBeVisible()
})

test('events are filtered by their kind', async () => {
  api(ended)
  const { user } = await renderApp('/calls/c1')
  await user.click(await screen.findByRole('button', { name: /Audio 1/ }))
  expect(screen.getByText('Audio connected')).toBeVisible()
  expect(screen.queryByText('Call asked for')).toBeNull()
})

test('a call in progress grows with its events, and goes over to its recording', async () => {
  let call = aCall({ state: 'talking', ended_at: null, hangup_cause: '', duration_s: null, turns: [aTurn()] })
  api(call, { 'GET /api/calls/c1': () => ({ ...call }) })
  const { emit } = await renderApp('/calls/c1')
  await screen.findByText(/Being recorded/)
  emit('call.words', { call_id: 'c1', speaker: 'caller', pii_text: 'quiero una' })
  expect(screen.getByText('quiero una')).toBeVisible()
  emit('call.words', { call_id: 'other', speaker: 'caller', pii_text: 'nothing of ours' })
  expect(screen.queryByText('nothing of ours')).toBeNull()
  const turn = { call_id: 'c1', index: 1, speaker: 'caller', pii_text: 'Quiero una cita.', pii_heard: '', interrupted: false, timing: {} }
  call = { ...call, turns: [...call.turns, aTurn({ index: 1, speaker: 'caller', text: turn.pii_text, heard: turn.pii_text })] }
  emit('call.turn', { ...turn, pii_heard: turn.pii_text })
  expect(screen.getByText('Quiero una cita.')).toBeVisible()
  expect(screen.queryByText('quiero una')).toBeNull()
  call = { ...ended }
  emit('call.state', { call_id: 'c1', phase: 'ended', mode: 'stream', cause: 'normal', reason: 'asked by the API' })
  expect(await screen.findByRole('slider', {}, { timeout: 5000 })).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Hang up' })).toBeNull()
})

test('hanging up is asked about first', async () => {
  const hungUp = vi.fn(() => ({ call_id: 'c1', asked: 'hangup' }))
  api(aCall({ state: 'talking', ended_at: null }), { 'POST /api/calls/c1/hangup': hungUp })
  const { user } = await renderApp('/calls/c1')
  await user.click(await screen.findByRole('button', { name: 'Hang up' }))
  expect(hungUp).not.toHaveBeenCalled()
  await user.click(await screen.findByRole('button', { name: 'Hang up now' }))
  await waitFor(() => expect(hungUp).toHaveBeenCalledTimes(1))
})

test('the bot is made to say something', async () => {
  const said: unknown[] = []
  api(aCall({ state: 'talking', ended_at: null }), {
    'POST /api/calls/c1/say': ({ body }: { body: unknown }) => {
      said.push(body)
      return problem(409, 'call_not_live')
    },
  })
  const { user } = await renderApp('/calls/c1')
  await user.type(await screen.findByRole('textbox', { name: /the bot says/ }), ' Un momento. {Enter}')
  expect(await screen.findByRole('alert')).toHaveTextContent('The call is not in progress')
  expect(said).toEqual([{ text: 'Un momento.' }])
})

test('an unknown call says so and leads back', async () => {
  fakeApi({ 'GET /api/calls/nope': () => problem(404, 'unknown_call') })
  await renderApp('/calls/nope', 'es')
  expect(await screen.findByRole('heading', { name: 'Llamada desconocida' })).toBeVisible()
  expect(screen.getByRole('link', { name: 'A la lista de llamadas' })).toHaveAttribute('href', '/calls')
  expect(await faults(screen.getByRole('main'))).toEqual([])
})

test('a failure can be tried again', async () => {
  let broken = true
  api(ended, { 'GET /api/calls/c1': () => (broken ? problem(503, 'store_unavailable') : { ...ended }) })
  const { user } = await renderApp('/calls/c1')
  const again = await screen.findByRole('button', { name: 'Try again' })
  broken = false
  await user.click(again)
  expect(await screen.findByRole('heading', { name: 'Laura' })).toBeVisible()
})

const heard = {
  ...ended,
  turns: ended.turns.map((turn) => (turn.index === 2 ? { ...turn, ear_ms: 1180 } : turn)),
  ear: anEar({
    gaps: [{ from_s: 8, to_s: 9.1 }],
    dead_air: [{ from_s: 30, to_s: 33.2 }],
    overlaps: [{ from_s: 36, to_s: 37.5, by: 'agent', yielded: false }],
    dead_air_ms: 3200,
    talk_over_ms: 1500,
    worst: {
      from_s: 28.7,
      to_s: 38.7,
      score: 5450,
      reasons: [
        { code: 'dead_air', count: 1, longest_ms: 3200 },
        { code: 'talk_over', count: 2, longest_ms: 1500 },
      ],
    },
  }),
}

test('the worst ten seconds say why, and play', async () => {
  api(heard)
  const { user } = await renderApp('/calls/c1')
  const seeked = vi.spyOn(HTMLMediaElement.prototype, 'currentTime', 'set')
  const play = vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue(undefined)
  expect(await screen.findByText('Dead air for 3.2 sec')).toBeVisible()
  expect(screen.getByText('The bot talked over the caller 2 times, up to 1.5 sec')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Hear 0:28 to 0:38' }))
  expect(seeked.mock.calls.at(-1)?.[0]).toBeCloseTo(28.7)
  expect(play).toHaveBeenCalledTimes(1)
  const legend = await screen.findByRole('list', { name: 'Colours over the recording' })
  expect(within(legend).getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    'Wait',
    'Bot talks over',
    'Dead air',
    'The worst ten seconds',
  ])
  expect(await faults()).toEqual([])
})

test('a reply tells what the caller waited beside what the pipeline took', async () => {
  api(heard)
  const { user } = await renderApp('/calls/c1', 'es')
  await user.click(await screen.findByRole('button', { name: /Respuesta en 0:09.*al oído: 1,18 s/ }))
  expect(screen.getByText('Red, operador y comienzo callado de la voz').closest('div')).toHaveTextContent('120 ms')
})

test('a call without a recording names the worst stretch', async () => {
  api({ ...heard, recording_url: '' })
  await renderApp('/calls/c1')
  expect(await screen.findByText('0:28 to 0:38')).toBeVisible()
})

test('a call in which nothing was wrong says so', async () => {
  api({ ...heard, ear: anEar() })
  await renderApp('/calls/c1')
  expect(await screen.findByText(/Nothing to complain of/)).toBeVisible()
})
