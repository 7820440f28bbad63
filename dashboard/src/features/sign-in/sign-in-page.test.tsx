import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { entered, fakeApi, OWNER, problem, signedIn, SIGNED_OUT, type Asked, type Routes } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const RIGHT = 'tres gatos verdes 7'
const CODE = '123456'

interface Shown {
  email: string
  password: string
  code: string
}

function gateway({ coded = false } = {}): Routes {
  const routes = fakeApi({
    'GET /api/auth/session': SIGNED_OUT,
    'POST /api/auth/login': ({ body }: Asked) => {
      const shown = body as Shown
      if (shown.password !== RIGHT) return problem(401, 'wrong_credentials')
      if (coded && !shown.code) return problem(401, 'totp_needed')
      if (coded && shown.code !== CODE) return problem(401, 'wrong_code')
      routes['GET /api/auth/session'] = signedIn()
      return entered()
    },
  })
  return routes
}

type App = Awaited<ReturnType<typeof renderApp>>

async function signIn({ user }: App, password = RIGHT): Promise<void> {
  const email = await screen.findByLabelText(/^E-mail/)
  await user.clear(email)
  await user.type(email, OWNER.email)
  const field = screen.getByLabelText(/^Password/)
  await user.clear(field)
  await user.type(field, `${password}{Enter}`)
}

test('address and password lead to where one wanted to go', async () => {
  gateway()
  const app = await renderApp('/calls?q=ana')
  expect(await faults()).toEqual([])
  await signIn(app)
  await screen.findByRole('heading', { level: 1, name: 'Calls' })
  expect(app.router.state.location.href).toBe('/calls?q=ana')
})

test('what is wrong is said, without saying which of the two', async () => {
  gateway()
  const app = await renderApp('/sign-in')
  await signIn(app, 'wrong')
  expect(await screen.findByRole('alert')).toHaveTextContent('E-mail or password is not right')
  await signIn(app)
  await screen.findByRole('heading', { level: 1, name: 'Home' })
})

test('an account that asks for a code gets a field for it', async () => {
  gateway({ coded: true })
  const app = await renderApp('/sign-in')
  await signIn(app)
  const code = await screen.findByLabelText(/^Code/)
  expect(screen.queryByRole('alert')).toBeNull()
  expect(code).toHaveFocus()
  await app.user.type(code, '000000{Enter}')
  expect(await screen.findByRole('alert')).toHaveTextContent('That code is not right')
  expect(await faults()).toEqual([])
  await app.user.clear(code)
  await app.user.type(code, `${CODE}{Enter}`)
  await screen.findByRole('heading', { level: 1, name: 'Home' })
})

test('who is locked out is told for how long', async () => {
  const routes = gateway()
  const locked = { status: 429, code: 'too_many_attempts', title: 'x' }
  routes['POST /api/auth/login'] = () =>
    new Response(JSON.stringify(locked), { status: 429, headers: { 'Retry-After': '240' } })
  const app = await renderApp('/sign-in')
  await signIn(app)
  const alert = await screen.findByRole('alert')
  expect(alert).toHaveTextContent('Too many wrong attempts')
  expect(alert).toHaveTextContent('Try again in 4 minutes.')
  expect(screen.getByRole('button', { name: 'Sign in' })).toBeDisabled()
})

test('the language of the account is spoken', async () => {
  const routes = gateway()
  routes['POST /api/auth/login'] = entered({ ...OWNER, language: 'es' })
  const app = await renderApp('/sign-in')
  await signIn(app)
  await screen.findByRole('heading', { level: 1, name: 'Inicio' })
})

test('the way back never leads to another site', async () => {
  gateway()
  const app = await renderApp('/sign-in?next=%2F%2Fevil.example')
  await signIn(app)
  await waitFor(() => expect(app.router.state.location.href).toBe('/'))
})
