import { screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { faults } from '@/testing/axe'
import { fakeApi, problem, type Asked, type Routes } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'

const RIGHT = 'right token'

function gateway(): Routes {
  const routes = fakeApi({
    'GET /api/auth/session': { signed_in: false, expires: null },
    'POST /api/auth/login': ({ body }: Asked) => {
      if ((body as { token: string }).token !== RIGHT) return problem(401, 'unauthorized')
      routes['GET /api/auth/session'] = { signed_in: true, expires: 4_000_000_000 }
      return new Response(null, { status: 204 })
    },
  })
  return routes
}

afterEach(() => window.history.replaceState(null, '', '/'))

test('the right token leads to where one wanted to go', async () => {
  gateway()
  const { user, router } = await renderApp('/calls?q=ana')
  expect(await faults()).toEqual([])
  await user.type(await screen.findByLabelText('Access token'), RIGHT)
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  await screen.findByRole('heading', { level: 1, name: 'Calls' })
  expect(router.state.location.href).toBe('/calls?q=ana')
})

test('a wrong token is said to be wrong', async () => {
  gateway()
  const { user } = await renderApp('/sign-in')
  await user.type(await screen.findByLabelText('Access token'), 'wrong')
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(await screen.findByRole('alert')).toHaveTextContent('That token is not right')
})

test('a link signs in and its token leaves the address', async () => {
  gateway()
  window.history.replaceState(null, '', `/sign-in#${encodeURIComponent(RIGHT)}`)
  await renderApp('/sign-in')
  expect(window.location.hash).toBe('')
  await screen.findByRole('heading', { level: 1, name: 'Home' })
})

test('the way back never leads to another site', async () => {
  gateway()
  const { user, router } = await renderApp('/sign-in?next=%2F%2Fevil.example')
  await user.type(await screen.findByLabelText('Access token'), RIGHT)
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  await waitFor(() => expect(router.state.location.href).toBe('/'))
})
