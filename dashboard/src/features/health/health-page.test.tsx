import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, type Asked, type Routes } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const process = (more: object = {}) => ({
  ...{ name: 'main', state: 'alive', age_s: 1, version: '0.1.0', ready: true, draining: false, reasons: [], pid: 7 },
  ...{ uptime_s: 75, calls_live: 3, answer_ms: 12, memory_mb: 170, cpu_percent: 3, loop_lag_ms: 1 },
  ...more,
})
const status = (...processes: object[]) => ({
  ...{ status: 'ok', reasons: [], at: 1, processes },
  host: { cpu_percent: 10, cores: 2, load: [1, 1, 1], memory_mb: { total: 2000, used: 1000 }, disk_mb: { total: 2000, free: 1000 } },
  sidecar: { pid: 2, memory_mb: 45, cpu_percent: 0.3, uptime_s: 40 },
  callbacks: { waiting: 3, full: false, delivered: 0, refused: 0, unreadable: 0 },
})
const check = (name: string, more: object = {}) => ({
  ...{ name, group: 'parts', level: 'ok', code: 'x', values: {}, took_s: 0 },
  ...{ seen: { en: 'Answers.', es: 'Responde.' }, remedy: { en: '', es: '' } },
  ...more,
})
const alert = {
  ...{ id: 'a1', rule_id: 'turn-latency', rule_name: 'Respuestas lentas / Slow answers', severity: 'warning', state: 'raised' },
  ...{ value: 2.1, threshold: 1.8, comparison: '>', node: 'main', raised_at: 1, labels: {}, tenant: '', silenced: false },
  ...{ notices: 0, last_notified_at: null, resolved_at: null },
}
const list = (...items: object[]) => ({ items, next_cursor: '' })
const routes = (more: Routes = {}): Routes => ({
  'GET /api/status': status(process(), process({ name: 'b', state: 'not_ready', reasons: ['database does not answer', 'odd'] })),
  'GET /api/stats': { seconds: 600, series: { at: [1, 2], calls_live: [1, 3], answer_ms: [5, null], cpu_percent: [1, 2], memory_mb: [1, 2] } },
  'GET /api/alerts': list(alert),
  'GET /api/alerts/rules': list(),
  'GET /api/alerts/channels': list({ name: 'night', kind: 'slack' }),
  'GET /api/alerts/silences': list(),
  'GET /api/providers': { at: 1, node: 'main', errors_window_s: 300, items: [{ ...{ kind: 'stt', name: 'deepgram', configured: true, model: 'nova-3', voice: '' }, errors: { timeout: 2 }, errors_total: 2, latency: [{ stage: 'stt', count: 3, p50_ms: 450, p95_ms: 495 }], breaker: null }] },
  'GET /api/doctor': { running: false, report: null },
  ...more,
})

test('each process says how it does and why, and what it takes', async () => {
  fakeApi(routes())
  await renderApp('/system')
  await screen.findByText('Takes no new calls. Its database does not answer. odd')
  expect(screen.getByText('Not ready')).toBeInTheDocument()
  expect(screen.getAllByText(/seen now/).length).toBeGreaterThan(0)
  await screen.findByText('timeout: 2 in the last minutes')
  expect(screen.getByRole('img', { name: 'Live calls: 1 to 3' })).toBeInTheDocument()
  expect(await faults()).toEqual([])
})

test('the doctor is called, shows that it works, and tells what was seen and what to do', async () => {
  const report = {
    ...{ at: 1, age_s: 1, took_s: 4.2, level: 'fail' },
    checks: [
      check('database', { level: 'fail', seen: { en: 'Does not answer.', es: 'No responde.' }, remedy: { en: 'Start it.', es: 'Iníciela.' } }),
      check('echo call', { group: 'call', values: { delay: '42' } }),
    ],
  }
  const all = fakeApi(routes())
  all['POST /api/doctor/run'] = () => {
    all['GET /api/doctor'] = { running: true, report: null }
    return { started: true }
  }
  const { user, i18n } = await renderApp('/system')
  await screen.findByText('Not examined since the start')
  await user.click(screen.getByRole('button', { name: 'Examine now' }))
  await screen.findByText(/making an echo call: some seconds/)
  all['GET /api/doctor'] = { running: false, report }
  await screen.findByText('Start it.', undefined, { timeout: 4000 })
  expect(screen.getByText('Mouth to ear').nextSibling).toHaveTextContent('42 ms')
  expect(await faults()).toEqual([])
  await i18n.changeLanguage('es')
  await screen.findByText('Iníciela.')
})

test('an alert is silenced for an hour', async () => {
  const asked: unknown[] = []
  const all = fakeApi(routes())
  all['POST /api/alerts/silences'] = ({ body }: Asked) => {
    asked.push(body)
    all['GET /api/alerts'] = list({ ...alert, silenced: true })
    return { id: 's1' }
  }
  const { user } = await renderApp('/system')
  await user.click(await screen.findByRole('button', { name: 'Silence 1 h: Slow answers' }))
  await screen.findByText('Silenced')
  expect(asked).toEqual([{ rule_id: 'turn-latency', minutes: 60 }])
})

test('a test of the channels says what arrived', async () => {
  fakeApi(routes({ 'POST /api/alerts/test': { items: [{ channel: 'night', kind: 'slack', delivered: false, text: 'the service refused the key' }] } }))
  const { user } = await renderApp('/system')
  const button = await screen.findByRole('button', { name: 'Send a test' })
  await waitFor(() => expect(button).toBeEnabled())
  await user.click(button)
  const results = await screen.findByRole('list', { name: 'Result of the test' })
  expect(within(results).getByText(/refused the key/)).toBeInTheDocument()
})

test('without the sidecar the rest of the page is there', async () => {
  fakeApi(routes({ 'GET /api/status': () => new Response('<html>', { status: 502 }) }))
  await renderApp('/system')
  await screen.findByText('The sidecar does not answer')
  expect(screen.getByRole('heading', { name: 'Providers' })).toBeInTheDocument()
})
