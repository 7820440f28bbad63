import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { faults } from './axe.ts'
import { PATIENCE_MS, test } from './visit.ts'
import { speak } from './texts.ts'

const PAGES = { '/': 'home', '/live': 'live', '/calls': 'calls', '/system': 'health', '/settings': 'settings' }
const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const sections = (page: Page, name: string) => page.getByRole('navigation', { name })

test('the sections lead to the pages, the tab is named after them, and the way back works', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/')
  for (const [path, name] of Object.entries(PAGES).reverse()) {
    const link = sections(page, say('app:nav.label')).getByRole('link', { name: say(`app:nav.${name}`) })
    await link.click()
    await expect.poll(() => new URL(page.url()).pathname).toBe(path)
    await expect.poll(() => link.getAttribute('aria-current')).toBe('page')
    // Read together, again and again: the page before it stays until the new one is loaded.
    const names = async () => [await page.title(), `${await heading(page).innerText()} · Centralita`]
    await expect.poll(async () => new Set(await names()).size).toBe(1)
  }
  await page.goBack()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/live')
})

test('everything is said in the other language, which is remembered', async ({ visit }) => {
  const { page, open } = await visit()
  const [english, spanish] = [speak('en'), speak('es')]
  await open('/calls')
  const before = await heading(page).innerText()
  await page.getByRole('button', { name: english('app:language.other') }).click()
  await page.getByRole('button', { name: spanish('app:language.other') }).waitFor()
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('es')
  expect(await heading(page).innerText()).not.toBe(before)
  for (const [path, name] of Object.entries(PAGES)) {
    await open(path)
    expect(await page.locator('html').getAttribute('lang')).toBe('es')
    const links = sections(page, spanish('app:nav.label')).getByRole('link', { name: spanish(`app:nav.${name}`) })
    expect(await links.count()).toBe(1)
  }
  await page.getByRole('button', { name: spanish('app:language.other') }).click()
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('en')
})

test('the browser of a Spanish speaker is spoken to in Spanish without being asked', async ({ visit }) => {
  const { page, say, open } = await visit({ language: 'es', signedIn: false })
  await open('/sign-in')
  expect(await heading(page).innerText()).toBe(say('sign-in:title'))
})

test('colours follow the system until somebody chooses, and the choice is remembered', async ({ visit }) => {
  const { page, say, open } = await visit({ theme: 'dark' })
  const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme')
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await open('/')
  expect(await scheme()).toBe('dark')
  const dark = await paper()
  const button = (name: string) =>
    page.getByRole('button', { name: say('app:scheme.label', { scheme: say(`app:scheme.${name}`) }) })
  await button('auto').click()
  await button('light').waitFor()
  await expect.poll(scheme).toBe('light')
  expect(await paper()).not.toBe(dark)
  await page.reload()
  await heading(page).waitFor()
  expect(await scheme()).toBe('light')
})

test('the keyboard reaches the page past the sections, and every page', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/')
  await page.keyboard.press('Tab')
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  expect(await focused()).toBe(say('app:skip'))
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await expect.poll(() => new URL(page.url()).pathname).toBe('/calls')
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
})

test('a question mark shows the keys, and Escape puts them away', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/')
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: say('app:shortcuts.title') })
  await dialog.waitFor()
  expect(await faults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  const button = page.getByRole('button', { name: say('app:shortcuts.title') })
  await button.click()
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await expect.poll(() => button.evaluate((one) => one === document.activeElement)).toBe(true)
})

test('the light is green once the gateway was heard', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/')
  const light = page.getByRole('banner').getByRole('status')
  await expect.poll(() => light.innerText(), { timeout: PATIENCE_MS }).toBe(say('app:connection.live'))
})

test('an address that leads nowhere says so', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/nowhere')
  expect(await heading(page).innerText()).toBe(say('app:page.missing'))
  await page.getByRole('link', { name: say('app:page.goHome') }).click()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/')
})
