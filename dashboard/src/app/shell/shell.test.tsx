import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import { faults } from '@/testing/axe'
import { entered, fakeApi, problem, SIGNED_OUT, signedIn, VIEWER } from '@/testing/fake-api'
import { renderApp } from '@/testing/render-app'
import { writeStored } from '@/shared/hooks/stored'
import { api, ask } from '@/shared/api'

beforeEach(() => {
  writeStored('centralita.shortcuts', 'yes')
  fakeApi({ 'POST /api/auth/logout': null })
})

const heading = (name: string) => screen.findByRole('heading', { level: 1, name })
const sections = (name = 'Sections') => screen.getAllByRole('navigation', { name })[0] as HTMLElement

test('the shell has nothing that axe finds wrong', async () => {
  await renderApp('/')
  await heading('Home')
  expect(await faults()).toEqual([])
})

test('going to a page moves the focus to its heading and names the tab', async () => {
  const { user } = await renderApp('/')
  await user.click(within(sections()).getByRole('link', { name: 'Calls' }))
  const title = await heading('Calls')
  await waitFor(() => expect(title).toHaveFocus())
  expect(document.title).toBe('Calls · Centralita')
  expect(within(sections()).getByRole('link', { name: 'Calls' })).toHaveAttribute('aria-current', 'page')
})

test('g and a letter go to a page', async () => {
  const { user } = await renderApp('/')
  await user.keyboard('gs')
  await heading('Health')
})

test('shortcuts that are turned off do nothing, and the help says so', async () => {
  const { user } = await renderApp('/')
  await user.keyboard('?')
  const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })
  expect(await faults(dialog)).toEqual([])
  await user.click(within(dialog).getByRole('switch', { name: 'Use shortcuts' }))
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.keyboard('gc')
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Home')
})

test('the language changes at once, with the language of the document', async () => {
  const { user } = await renderApp('/live')
  await user.click(screen.getByRole('button', { name: 'Ver en español' }))
  await heading('Llamadas en vivo')
  expect(document.documentElement.lang).toBe('es')
  expect(sections('Secciones')).toBeInTheDocument()
})

test('the light says live only after the gateway was heard, and warns when it breaks', async () => {
  const { emit } = await renderApp('/')
  const header = screen.getByRole('banner')
  expect(within(header).getByRole('status')).toHaveTextContent('Connecting…')
  emit('hello', { node: 'a', at: Date.now() / 1000 })
  expect(within(header).getByRole('status')).toHaveTextContent('Live')
  emit('error')
  expect(within(header).getByRole('status')).toHaveTextContent('No connection')
  expect(screen.getByRole('button', { name: 'Try now' })).toBeInTheDocument()
})

test('who is not signed in comes to the sign-in page, with the way back', async () => {
  fakeApi({ 'GET /api/auth/session': SIGNED_OUT })
  const { router } = await renderApp('/calls?q=ana')
  await heading('Sign in to Centralita')
  expect(router.state.location.search).toEqual({ next: '/calls?q=ana' })
})

test('an answer of 401 anywhere leads to the sign-in page', async () => {
  const routes = fakeApi({
    'GET /api/calls': () => problem(401, 'unauthorized'),
    'POST /api/auth/refresh': () => problem(401, 'session_ended'),
  })
  const { client, router } = await renderApp('/live')
  routes['GET /api/auth/session'] = SIGNED_OUT
  await client.query({ queryKey: ['x'], queryFn: () => ask(api.GET('/api/calls')) }).catch(() => null)
  await heading('Sign in to Centralita')
  expect(router.state.location.search).toEqual({ next: '/live' })
})

test('access that has run out is renewed once for all who ask, and nobody notices', async () => {
  let good = false
  let renewals = 0
  const guarded = () => (good ? { items: [], next_cursor: '' } : problem(401, 'unauthorized'))
  fakeApi({
    'GET /api/calls': guarded,
    'GET /api/alerts': guarded,
    'POST /api/auth/refresh': () => {
      renewals += 1
      good = true
      return entered()
    },
  })
  await renderApp('/')
  const answers = await Promise.all([ask(api.GET('/api/calls')), ask(api.GET('/api/alerts'))])
  expect(answers).toEqual([guarded(), guarded()])
  expect(renewals).toBe(1)
  await heading('Home')
})

test('the menu says who is signed in and where, and signing out leads to the sign-in page', async () => {
  const { user } = await renderApp('/')
  const menu = screen.getByRole('button', { name: 'Your account' })
  await user.click(menu)
  expect(await screen.findByText('Owner · Clínica San Martín')).toBeInTheDocument()
  expect(await faults()).toEqual([])
  await user.keyboard('{Escape}')
  expect(screen.queryByText('Owner · Clínica San Martín')).toBeNull()
  expect(menu).toHaveFocus()
  await user.click(menu)
  await user.click(await screen.findByRole('button', { name: 'Sign out' }))
  await heading('Sign in to Centralita')
})

test('somebody who only looks sees no settings and no health, and is told what is missing', async () => {
  fakeApi({ 'GET /api/auth/session': signedIn(VIEWER) })
  await renderApp('/settings')
  await heading('You may not see this page')
  expect(screen.getByText(/needs the permission settings:write.*Viewer/)).toBeInTheDocument()
  const names = within(sections()).getAllByRole('link').map((link) => link.textContent)
  expect(names).not.toContain('Settings')
  expect(names).not.toContain('Health')
  expect(names).toContain('Calls')
})

test('where nobody has an account every page leads to the one that says how to begin', async () => {
  fakeApi({ 'GET /api/auth/session': { ...SIGNED_OUT, setup_needed: true } })
  await renderApp('/calls')
  await heading('Welcome to Centralita')
  expect(screen.getByText(/shown in the terminal/)).toBeInTheDocument()
})

test('a gateway that cannot be reached is told, and asked again', async () => {
  let there = false
  fakeApi({
    'GET /api/auth/session': () => {
      if (!there) throw new TypeError('failed to fetch')
      return signedIn()
    },
  })
  const { user } = await renderApp('/')
  const alert = await screen.findByRole('alert')
  expect(alert).toHaveTextContent('The gateway cannot be reached')
  there = true
  await user.click(within(alert).getByRole('button', { name: 'Try again' }))
  await heading('Home')
})

test('an address that leads nowhere says where to go', async () => {
  await renderApp('/nowhere')
  await heading('Page not found')
  expect(screen.getByRole('link', { name: 'Go to home' })).toHaveAttribute('href', '/')
})

test('on a phone the sections are at the bottom, and there is nothing that axe finds wrong', async () => {
  vi.spyOn(globalThis, 'matchMedia').mockImplementation(
    (media) =>
      ({
        matches: media.includes('max-width'),
        media,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      }) as unknown as MediaQueryList,
  )
  await renderApp('/')
  expect(screen.queryByRole('button', { name: 'Narrow navigation' })).toBeNull()
  expect(within(sections()).getAllByRole('link')).toHaveLength(5)
  expect(await faults()).toEqual([])
})
