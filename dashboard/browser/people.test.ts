import { expect } from 'vitest'
import { faults } from './axe.ts'
import { letterLink } from './installation.ts'
import { colleague, INVITED } from './people.ts'
import { test } from './visit.ts'

test('somebody is invited, follows the letter, and is there', async ({ visit }) => {
  const owner = await visit()
  const { page, say } = owner
  await owner.open('/settings')
  await page.getByRole('button', { name: say('settings:users.invite') }).click()
  const dialog = page.getByRole('dialog', { name: say('settings:users.invite') })
  await dialog.getByLabel(new RegExp(`^${say('settings:users.email')}`)).fill('eva@clinica.example')
  await dialog.getByLabel(new RegExp(`^${say('settings:users.name')}`)).fill('Eva')
  expect(await faults(page)).toEqual([])
  await dialog.getByRole('button', { name: say('settings:users.send') }).click()
  await page.getByRole('row').filter({ hasText: 'eva@clinica.example' }).waitFor()

  const guest = await visit({ signedIn: false })
  await guest.page.goto(await letterLink('eva@clinica.example', INVITED))
  await guest.page.getByLabel(new RegExp(`^${say('shared:password.label')}`)).fill('siete osos blancos 3')
  expect(await faults(guest.page)).toEqual([])
  await guest.page.getByRole('button', { name: say('invitation:accept') }).click()
  await guest.page.getByRole('heading', { level: 1, name: say('app:nav.home') }).waitFor()
})

test('who only looks sees no settings, and is told what is missing', async ({ visit }) => {
  const person = { name: 'Iván', email: 'ivan@clinica.example', password: 'ocho patos grises 2' }
  const { page, say, open } = await visit({ session: await colleague(person, 'viewer') })
  await open('/')
  const sections = page.getByRole('navigation', { name: say('app:nav.label') })
  expect(await sections.getByRole('link', { name: say('app:nav.calls') }).count()).toBe(1)
  expect(await sections.getByRole('link', { name: say('app:nav.settings') }).count()).toBe(0)
  expect(await sections.getByRole('link', { name: say('app:nav.health') }).count()).toBe(0)
  await open('/settings')
  await page.getByRole('heading', { level: 1, name: say('app:forbidden.title') }).waitFor()
  expect(await faults(page)).toEqual([])
})

test('a key is made, shown once, and revoked', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/settings?tab=keys')
  await page.getByRole('button', { name: say('settings:keys.make') }).click()
  const dialog = page.getByRole('dialog', { name: say('settings:keys.make') })
  await dialog.getByLabel(new RegExp(`^${say('settings:keys.name')}`)).fill('CRM')
  await dialog.getByRole('checkbox').first().check()
  expect(await faults(page)).toEqual([])
  await dialog.getByRole('button', { name: say('settings:keys.make') }).click()
  await page.getByText(say('settings:keys.once')).waitFor()
  await page.getByRole('button', { name: say('settings:keys.kept') }).click()
  const row = page.getByRole('row').filter({ hasText: 'CRM' })
  await row.getByRole('button', { name: say('settings:keys.revoke') }).click()
  await row.getByRole('group').getByRole('button', { name: say('settings:keys.revoke') }).click()
  await row.getByText(say('settings:keys.is.revoked')).waitFor()
})
