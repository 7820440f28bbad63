import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, json } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const alert = (more: object = {}) => ({
  id: 'a1',
  rule_id: 'calls-failing',
  rule_name: 'Llamadas con falla / Calls failing',
  severity: 'critical',
  state: 'raised',
  value: 0.25,
  threshold: 0.2,
  comparison: '>',
  node: 'main',
  raised_at: 1_790_000_000,
  labels: {},
  tenant: '',
  silenced: false,
  notices: 1,
  last_notified_at: null,
  resolved_at: null,
  ...more,
})
const listed = (...items: object[]) => ({ items, next_cursor: '' })

test('a critical alert stands above every page until it is resolved', async () => {
  const routes = fakeApi({ 'GET /api/alerts': listed(), 'GET /api/calls/live': { items: [] } })
  const { emit } = await renderApp('/live')
  expect(screen.queryByText(/Critical:/)).toBeNull()
  routes['GET /api/alerts'] = listed(alert())
  emit('alert', alert())
  expect(await screen.findByRole('alert')).toHaveTextContent('Critical: Calls failing.')
  expect(screen.getByRole('link', { name: 'See what is wrong' })).toHaveAttribute('href', '/system')
  expect(await faults()).toEqual([])
  routes['GET /api/alerts'] = listed()
  emit('alert', alert({ state: 'resolved' }))
  await expect.poll(() => screen.queryByRole('alert')).toBeNull()
})

test('a silenced alert and one that is not critical do not stand there', async () => {
  fakeApi({ 'GET /api/alerts': listed(alert({ silenced: true }), alert({ id: 'a2', severity: 'warning' })) })
  await renderApp('/system')
  await screen.findByText('Silenced')
  expect(screen.queryByText(/Critical:/)).toBeNull()
})

test('without a control plane the page of health is there, and says so', async () => {
  const away = () => new Response('<html>', { status: 502 })
  const status = {
    status: 'down',
    reasons: [],
    at: 1,
    processes: [
      {
        ...{ name: 'main', state: 'dead', age_s: 12, version: '0.1.0', ready: false, draining: false, reasons: [] },
        ...{ pid: null, uptime_s: null, calls_live: null, answer_ms: null, memory_mb: null, cpu_percent: null, loop_lag_ms: null },
      },
    ],
    host: { cpu_percent: null, cores: 2, load: [1, 1, 1], memory_mb: { total: 2, used: 1 }, disk_mb: { total: 2, free: 1 } },
    sidecar: { pid: 2, memory_mb: 45, cpu_percent: 0.3, uptime_s: 40 },
    callbacks: { waiting: 3, full: false, delivered: 0, refused: 0, unreadable: 0 },
  }
  fakeApi({ 'GET /api/auth/session': away, 'GET /api/status': () => json(status, 503) })
  await renderApp('/system')
  await screen.findByRole('heading', { level: 1, name: 'Health' })
  expect(await screen.findByText('Nobody answers at its address.')).toBeInTheDocument()
  expect(screen.getAllByText('No control plane answers').length).toBeGreaterThan(0)
  expect(await faults()).toEqual([])
})
