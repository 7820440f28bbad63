import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, json, OWNER, type Asked } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const stamps = { version: 3, created_at: 1, updated_at: 1 }
const user = (more: object = {}) => ({
  ...stamps,
  ...{ id: 'u2', email: 'luis@clinica.example', name: 'Luis', role: 'agent', status: 'active', language: '' },
  ...{ totp: false, last_login_at: null },
  ...more,
})
const listed = (...items: object[]) => ({ items, next_cursor: '' })

test('somebody is given another role, by the version that was seen', async () => {
  const asked: unknown[] = []
  fakeApi({
    'GET /api/users': listed(user(), user({ ...OWNER, id: 'u1', name: 'Ana Ruiz', role: 'owner' })),
    'PATCH /api/users/u2': ({ body }: Asked) => {
      asked.push(body)
      return user({ role: 'admin' })
    },
  })
  const app = await renderApp('/settings')
  await app.user.click(await screen.findByText('luis@clinica.example'))
  const dialog = await screen.findByRole('dialog', { name: 'Luis' })
  expect(await faults(dialog)).toEqual([])
  await app.user.selectOptions(within(dialog).getByLabelText('Role'), 'admin')
  await app.user.click(within(dialog).getByRole('button', { name: 'Save' }))
  await expect.poll(() => asked).toEqual([{ role: 'admin' }])
})

test('a key is made with what was chosen, and shown once', async () => {
  const key = { id: 'k1', name: 'CRM', prefix: 'ck_abc', scopes: ['calls:read'], made_by: 'u1' }
  const times = { expires_at: null, last_used_at: null, revoked_at: null, ...stamps }
  fakeApi({
    'GET /api/keys': listed(),
    'GET /api/permissions': {
      own: ['calls:read'],
      roles: [],
      permissions: [
        { name: 'calls:read', en: 'See calls', es: 'Ver llamadas' },
        { name: 'keys:read', en: 'See keys', es: 'Ver claves' },
      ],
    },
    'POST /api/keys': () => json({ ...key, ...times, key: 'ck_abc.secret' }, 201),
  })
  const app = await renderApp('/settings?tab=keys')
  expect(await screen.findByText('There are no keys yet')).toBeInTheDocument()
  await app.user.click(screen.getByRole('button', { name: 'Make a key' }))
  const dialog = await screen.findByRole('dialog', { name: 'Make a key' })
  await app.user.type(await within(dialog).findByLabelText(/^Name/), 'CRM')
  expect(within(dialog).queryByLabelText('See keys')).toBeNull()
  await app.user.click(within(dialog).getByLabelText('See calls'))
  await app.user.click(within(dialog).getByRole('button', { name: 'Make a key' }))
  expect(await screen.findByText('ck_abc.secret')).toBeInTheDocument()
})

test('the log says from what to what', async () => {
  const entry = { id: 'e1', at: 1_790_000_000, actor_kind: 'user', actor_id: 'u1', actor_name: 'Ana', address: '10.0.0.1' }
  const deed = { action: 'update', resource: 'users', row_id: 'u2', before: { role: 'agent' }, after: { role: 'admin' } }
  fakeApi({ 'GET /api/audit': listed({ ...entry, ...deed }) })
  await renderApp('/settings?tab=audit')
  const table = await screen.findByRole('table', { name: 'Audit log' })
  expect(within(table).getByText('agent').tagName).toBe('DEL')
  expect(within(table).getByText('admin').tagName).toBe('INS')
  expect(await faults()).toEqual([])
})
