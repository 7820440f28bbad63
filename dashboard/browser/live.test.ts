import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { faults } from './axe.ts'
import { hangUpAll, place, say as says, untilHungUp, type Script } from './installation.ts'
import type { Say } from './texts.ts'
import { PATIENCE_MS, test } from './visit.ts'

const GOODBYE = 'Nada más, muchas gracias, adiós.'
const TALK: Script = { steps: [says(GOODBYE), untilHungUp] }
/** Says nothing, and stays. */
const PATIENT: Script = { steps: [untilHungUp] }
const LONG_MS = 60_000

afterAll(hangUpAll)

const rows = (page: Page, say: Say) => page.getByRole('list', { name: say('live:list') }).getByRole('listitem')
const said = (page: Page, say: Say) => page.getByRole('region', { name: say('live:transcript.label') })

/** Counts how often what is said there changes from now on. */
async function countChanges(page: Page, say: Say): Promise<() => Promise<number>> {
  const counter = await said(page, say).evaluateHandle((region) => {
    const seen = new Set<string>()
    const look = () => seen.add(region.textContent)
    new MutationObserver(look).observe(region, { childList: true, subtree: true, characterData: true })
    return seen
  })
  return () => counter.evaluate((seen) => seen.size)
}

test('a call appears when it begins, is followed word by word, and leaves when it is over', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/live')
  await page.getByRole('banner').getByText(say('app:connection.live')).waitFor()
  await place('Camila', '+573001112201', TALK)
  const row = rows(page, say).filter({ hasText: 'Camila' })
  await row.waitFor()
  const clock = row.getByRole('time')
  const before = await clock.innerText()
  await expect.poll(() => clock.innerText(), { timeout: PATIENCE_MS }).not.toBe(before)

  await row.getByRole('link', { name: 'Camila' }).click()
  const drawer = page.getByRole('dialog', { name: 'Camila' })
  await drawer.waitFor()
  const changes = await countChanges(page, say)
  const lines = said(page, say).getByRole('listitem')
  await lines.filter({ hasText: GOODBYE }).waitFor({ timeout: LONG_MS })
  expect(await faults(page)).toEqual([])
  await expect.poll(() => lines.count(), { timeout: LONG_MS }).toBeGreaterThanOrEqual(3)
  expect(await changes(), 'it grows while it is said').toBeGreaterThan(await lines.count())
  await drawer.getByText(say('shared:phase.ended')).first().waitFor({ timeout: LONG_MS })
  expect(await drawer.getByRole('button', { name: say('live:hangUp.ask') }).count()).toBe(0)

  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  await row.waitFor({ state: 'detached' })
})

test('somebody who watches lets the bot say something, and ends the call', async ({ visit }) => {
  const { page, say, open } = await visit()
  const id = await place('Mateo', '+573001112202', PATIENT)
  await open(`/live?call=${id}`)
  const drawer = page.getByRole('dialog', { name: 'Mateo' })
  const words = drawer.getByLabel(say('live:say.label'))
  await expect.poll(() => words.isEnabled(), { timeout: PATIENCE_MS }).toBe(true)
  await words.fill('Un momento, por favor.')
  await words.press('Enter')
  await said(page, say).getByText('Un momento, por favor.').first().waitFor()
  await drawer.getByRole('button', { name: say('live:hangUp.ask') }).click()
  await drawer.getByRole('group', { name: say('live:hangUp.sure') }).getByRole('button', { name: say('live:hangUp.yes') }).click()
  await drawer.getByText(say('shared:phase.ended')).first().waitFor()
})

test('the keyboard opens a live call and closes it again, back where it was', async ({ visit }) => {
  const { page, say, open } = await visit()
  await place('Valentina', '+573001112203', PATIENT)
  await open('/live')
  const link = rows(page, say).getByRole('link', { name: 'Valentina' })
  await link.waitFor()
  for (let tabs = 0; tabs < 40 && !(await link.evaluate((one) => one === document.activeElement)); tabs += 1) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog', { name: 'Valentina' })
  await drawer.waitFor()
  await expect.poll(() => drawer.evaluate((one) => one.contains(document.activeElement))).toBe(true)
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  await expect.poll(() => link.evaluate((one) => one === document.activeElement)).toBe(true)
  expect(new URL(page.url()).search).toBe('')
})
