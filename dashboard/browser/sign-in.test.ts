import { expect } from 'vitest'
import { TOKEN } from './installation.ts'
import { test } from './visit.ts'

test('a link signs in, and its token is gone from the address and from the history', async ({ visit }) => {
  const { page, say } = await visit({ signedIn: false })
  await page.goto(`/sign-in#${TOKEN}`)
  await page.getByRole('heading', { level: 1, name: say('app:nav.home') }).waitFor()
  expect(new URL(page.url()).hash).toBe('')
  await page.goBack()
  expect(page.url()).not.toContain(TOKEN)
})

test('the token in the form signs in, and leads to where one wanted to go', async ({ visit }) => {
  const { page, say } = await visit({ signedIn: false })
  await page.goto('/calls')
  await page.getByRole('heading', { level: 1, name: say('sign-in:title') }).waitFor()
  await page.getByLabel(say('sign-in:token'), { exact: true }).fill(TOKEN)
  await page.getByRole('button', { name: say('sign-in:enter') }).click()
  await page.getByRole('heading', { level: 1, name: say('app:nav.calls') }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/calls')
})

test('a wrong token is refused with a sentence, and the right one is still taken', async ({ visit }) => {
  const { page, say } = await visit({ signedIn: false, tolerates: /status of 401/ })
  await page.goto('/sign-in')
  const token = page.getByLabel(say('sign-in:token'), { exact: true })
  await token.fill('wrong')
  await token.press('Enter')
  await page.getByRole('alert').getByText(say('sign-in:refused')).waitFor()
  await token.fill(TOKEN)
  await token.press('Enter')
  await page.getByRole('heading', { level: 1, name: say('app:nav.home') }).waitFor()
})

test('signing out ends it: the pages are closed again', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/')
  await page.getByRole('button', { name: say('app:signOut') }).click()
  await page.getByRole('heading', { level: 1, name: say('sign-in:title') }).waitFor()
  await page.goto('/live')
  await page.getByRole('heading', { level: 1, name: say('sign-in:title') }).waitFor()
})
