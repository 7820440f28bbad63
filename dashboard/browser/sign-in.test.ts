import { createHmac } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { faults } from './axe.ts'
import { letterLink } from './installation.ts'
import { access, colleague, OWNER, signIn, type Person } from './people.ts'
import type { Say } from './texts.ts'
import { test } from './visit.ts'

const REFUSED = /status of 40[13]/

async function fill(page: Page, say: Say, { email, password }: Person): Promise<void> {
  await page.getByLabel(new RegExp(`^${say('sign-in:email')}`)).fill(email)
  await page.getByLabel(new RegExp(`^${say('sign-in:password')}`)).fill(password)
  await page.keyboard.press('Enter')
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name })

/** What an authenticator shows (RFC 6238). */
function code(secret: string, at = Date.now()): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(step).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('address and password sign in, and lead to where one wanted to go', async ({ visit }) => {
  await access()
  // In the language of the account: it is the one after signing in.
  const { page, say } = await visit({ signedIn: false, language: 'es', tolerates: REFUSED })
  await page.goto('/calls')
  await heading(page, say('sign-in:title')).waitFor()
  await fill(page, say, { ...OWNER, password: 'not the password' })
  await page.getByRole('alert').getByText(say('shared:problem.wrong_credentials.title')).waitFor()
  expect(await faults(page)).toEqual([])
  await fill(page, say, OWNER)
  await heading(page, say('app:nav.calls')).waitFor()
  expect(new URL(page.url()).pathname).toBe('/calls')
})

test('access that is gone is renewed without anybody noticing', async ({ visit }) => {
  const { page, say, open } = await visit({ session: await signIn(), tolerates: REFUSED })
  await open('/calls')
  const cookies = async () => (await page.context().cookies()).map(({ name }) => name)
  await page.context().clearCookies({ name: 'centralita_session' })
  expect(await cookies()).not.toContain('centralita_session')
  await page.getByRole('navigation').getByRole('link', { name: say('app:nav.settings') }).click()
  await page.getByText(OWNER.email).first().waitFor()
  expect(await cookies()).toContain('centralita_session')
  await page.context().clearCookies({ name: 'centralita_session' })
  await open('/live')
  await page.getByRole('banner').getByText(say('app:connection.live')).waitFor()
})

test('signing out ends it, in all pages', async ({ visit }) => {
  const { page, say, open } = await visit({ session: await signIn(), tolerates: REFUSED })
  await open('/')
  const other = await page.context().newPage()
  await other.goto('/live')
  await heading(other, say('app:nav.live')).waitFor()
  await page.getByRole('button', { name: say('app:user.menu') }).click()
  await page.getByText(OWNER.email).waitFor()
  await page.getByRole('button', { name: say('app:signOut'), exact: true }).click()
  await heading(page, say('sign-in:title')).waitFor()
  await page.goto('/live')
  await heading(page, say('sign-in:title')).waitFor()
  await other.getByRole('navigation').getByRole('link', { name: say('app:nav.settings') }).click()
  await heading(other, say('sign-in:title')).waitFor()
})

test('codes of an authenticator are turned on, asked for, and those on paper let in too', async ({ visit }) => {
  const person = { name: 'Luis', email: 'luis@clinica.example', password: 'cuatro perros azules 8' }
  const { page, say, open } = await visit({ session: await colleague(person, 'agent'), tolerates: REFUSED })
  await open('/account')
  await page.getByRole('button', { name: say('account:totp.turnOn') }).click()
  const part = page.getByRole('region', { name: say('account:totp.title') })
  await part.getByLabel(new RegExp(`^${say('account:password.old')}`)).fill(person.password)
  await part.getByRole('button', { name: say('account:totp.next') }).click()
  const picture = part.getByRole('img', { name: say('account:totp.qr') })
  await picture.waitFor()
  expect(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
  const secret = (await part.locator('code').innerText()).trim()
  await part.getByLabel(new RegExp(`^${say('account:totp.code')}`)).fill(code(secret))
  await part.getByRole('button', { name: say('account:totp.finish') }).click()
  const paper = part.getByRole('list', { name: say('account:codes.label') }).getByRole('listitem')
  await paper.first().waitFor()
  expect(await paper.count()).toBe(8)
  const first = await paper.first().innerText()
  expect(await faults(page)).toEqual([])

  const again = await visit({ signedIn: false, tolerates: REFUSED })
  await again.page.goto('/sign-in')
  await fill(again.page, say, person)
  const field = again.page.getByLabel(new RegExp(`^${say('sign-in:code')}`))
  await field.fill('000000')
  await field.press('Enter')
  await again.page.getByRole('alert').getByText(say('shared:problem.wrong_code.title')).waitFor()
  await field.fill(first)
  await field.press('Enter')
  await heading(again.page, say('app:nav.home')).waitFor()
})

test('who forgot the password gets a letter, and signs in with another', async ({ visit }) => {
  const person = { name: 'Marta', email: 'marta@clinica.example', password: 'cinco loros rojos 9' }
  await colleague(person, 'viewer')
  const { page, say } = await visit({ signedIn: false })
  await page.goto('/sign-in')
  await page.getByRole('link', { name: say('sign-in:forgot') }).click()
  await page.getByLabel(new RegExp(`^${say('forgot-password:email')}`)).fill(person.email)
  await page.keyboard.press('Enter')
  await heading(page, say('forgot-password:sent')).waitFor()
  await page.goto(await letterLink(person.email, 'reset-password'))
  const chosen = { ...person, password: 'seis peces negros 4' }
  await page.getByLabel(new RegExp(`^${say('shared:password.label')}`)).fill(chosen.password)
  await page.getByRole('button', { name: say('reset-password:save') }).click()
  await page.getByRole('link', { name: say('reset-password:signIn') }).click()
  await fill(page, say, chosen)
  await heading(page, say('app:nav.home')).waitFor()
})
