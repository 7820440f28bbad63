import { expect } from 'vitest'
import { faults } from './axe.ts'
import { api, WELCOME } from './installation.ts'
import { COMPANY, OWNER } from './people.ts'
import { test } from './visit.ts'

test('the first owner comes from the link of the terminal to the first page', async ({ visit }) => {
  const { setup_needed: needed } = (await api('/api/auth/session')) as { setup_needed: boolean }
  expect(needed, 'this test is the first one').toBe(true)
  const { page, say } = await visit({ signedIn: false, language: 'es', tolerates: /status of 4(22|10)/ })
  await page.goto('/calls')
  await page.getByText(say('welcome:terminal')).waitFor()
  expect(new URL(page.url()).pathname).toBe('/welcome')
  await page.goto('about:blank')
  await page.goto(WELCOME)
  const field = (name: string) => page.getByLabel(new RegExp(`^${say(name)}`))
  await field('welcome:company').fill(COMPANY)
  expect(new URL(page.url()).hash).toBe('')
  await field('welcome:name').fill(OWNER.name)
  await field('welcome:email').fill(OWNER.email)
  await field('shared:password.label').fill('contraseña1')
  await page.getByRole('button', { name: say('welcome:begin') }).click()
  await page.getByText(say('shared:password.weak.common')).waitFor()
  expect(await faults(page)).toEqual([])
  await field('shared:password.label').fill(OWNER.password)
  await page.getByRole('button', { name: say('welcome:begin') }).click()
  await page.getByRole('heading', { level: 1, name: say('app:nav.home') }).waitFor()
  await page.goto(WELCOME)
  await page.getByRole('heading', { level: 1, name: say('welcome:done') }).waitFor()
})
