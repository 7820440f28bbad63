import { screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { entered, fakeApi, json, problem, SIGNED_OUT, type Asked } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const NEW = { ...SIGNED_OUT, setup_needed: true }

afterEach(() => window.history.replaceState(null, '', '/'))

const follow = (path: string) => {
  window.history.replaceState(null, '', path)
  return renderApp(path)
}

async function fill({ user }: Awaited<ReturnType<typeof renderApp>>, password: string): Promise<void> {
  await user.type(await screen.findByLabelText(/^Company/), 'Clínica')
  await user.type(screen.getByLabelText(/^Your name/), 'Ana Ruiz')
  await user.type(screen.getByLabelText(/^E-mail/), 'ana@clinica.example')
  await user.type(screen.getByLabelText(/^Password/), password)
}

test('the first owner comes by the link, whose token leaves the address', async () => {
  const asked: unknown[] = []
  fakeApi({
    'GET /api/auth/session': NEW,
    'POST /api/auth/setup': ({ body }: Asked) => {
      asked.push(body)
      return json(entered(), 201)
    },
  })
  const app = await follow('/welcome#a-token')
  await fill(app, 'tres gatos')
  expect(window.location.hash).toBe('')
  expect(await faults()).toEqual([])
  await app.user.click(screen.getByRole('button', { name: 'Create my account' }))
  await screen.findByRole('heading', { level: 1, name: 'Home' })
  expect(asked).toEqual([expect.objectContaining({ token: 'a-token', company: 'Clínica', language: 'en' })])
})

test('hints tell what a password lacks, and the reasons of the gateway are told', async () => {
  const errors = [{ field: 'password', message: 'common' }]
  fakeApi({
    'GET /api/auth/session': NEW,
    'POST /api/auth/setup': () => json({ status: 422, code: 'weak_password', title: 'x', errors }, 422),
  })
  const app = await follow('/welcome#a-token')
  await fill(app, 'ruiz')
  expect(screen.getByText('At least 10 characters')).toHaveTextContent('still missing')
  expect(screen.getByText('Not your name or e-mail address')).toHaveTextContent('still missing')
  await app.user.type(screen.getByLabelText(/^Password/), ' y tres gatos')
  expect(screen.getByText('At least 10 characters')).toHaveTextContent('done')
  await app.user.click(screen.getByRole('button', { name: 'Create my account' }))
  expect(await screen.findByRole('alert')).toHaveTextContent('one of the first that are guessed')
})

test('a link that has run out says how to get another', async () => {
  fakeApi({ 'GET /api/auth/session': NEW, 'POST /api/auth/setup': () => problem(410, 'bad_link') })
  const app = await follow('/welcome#old')
  await fill(app, 'tres gatos verdes')
  await app.user.click(screen.getByRole('button', { name: 'Create my account' }))
  await screen.findByRole('heading', { level: 1, name: 'This link is no longer good' })
  expect(screen.getByText('gateway reset-owner')).toBeInTheDocument()
})

test('an installation that has its owner says so', async () => {
  fakeApi({ 'GET /api/auth/session': SIGNED_OUT })
  await follow('/welcome#late')
  await screen.findByRole('heading', { level: 1, name: 'Centralita is already set up' })
  expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/sign-in')
})
