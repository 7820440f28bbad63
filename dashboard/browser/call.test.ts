import type { Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { FIRST } from './first-call.ts'
import { ended } from './installation.ts'
import type { Say } from './texts.ts'
import { PATIENCE_MS, test, type Visit } from './visit.ts'

const position = (page: Page, say: Say) => page.getByRole('slider', { name: say('call:player.position') })

async function seconds(page: Page, say: Say): Promise<number> {
  return Number(await position(page, say).getAttribute('aria-valuenow'))
}

async function opened({ page, say, open }: Visit): Promise<void> {
  const { id } = await ended(inject('firstCall'))
  await open(`/calls/${id}`)
  await page.getByRole('heading', { level: 1, name: FIRST.name }).waitFor()
  await position(page, say).waitFor()
}

test('the recording of a call is heard: its time goes on, until it is paused', async ({ visit }) => {
  const here = await visit()
  const { page, say } = here
  await opened(here)
  await page.getByRole('button', { name: say('call:player.play') }).click()
  await expect.poll(() => seconds(page, say), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(2)
  await page.getByRole('button', { name: say('call:player.pause') }).click()
  await page.getByRole('button', { name: say('call:player.play') }).waitFor()
  expect(await page.getByText(say('call:player.failed')).count()).toBe(0)
})

test('a line of the conversation is heard when it is clicked', async ({ visit }) => {
  const here = await visit()
  const { page, say } = here
  await opened(here)
  const line = page.getByRole('group', { name: say('call:transcript.title') }).getByRole('listitem').nth(3)
  const clock = /\d+(?::\d+)+/.exec((await line.getByRole('button').first().getAttribute('aria-label')) ?? '')?.[0] ?? ''
  const start = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  expect(start).toBeGreaterThan(2)
  await line.getByRole('paragraph').first().click()
  await expect.poll(() => seconds(page, say), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(start)
  await page.getByRole('button', { name: say('call:player.pause') }).click()
})

test('the keyboard plays, moves and stops the recording', async ({ visit }) => {
  const here = await visit()
  const { page, say } = here
  await opened(here)
  await position(page, say).press('End')
  await position(page, say).press('Home')
  await expect.poll(() => seconds(page, say)).toBe(0)
  await position(page, say).press('ArrowRight')
  await expect.poll(() => seconds(page, say)).toBe(5)
  await page.keyboard.press('k')
  await page.getByRole('button', { name: say('call:player.pause') }).waitFor()
  await page.keyboard.press('k')
  await page.getByRole('button', { name: say('call:player.play') }).waitFor()
})

test('a call that nobody knows is said to be unknown, with the way to the list', async ({ visit }) => {
  const { page, say, open } = await visit({ tolerates: /status of 404/ })
  await open('/calls/00000000-0000-4000-8000-000000000000')
  await page.getByRole('heading', { level: 1, name: say('call:unknown.title') }).waitFor()
  await page.getByRole('link', { name: say('call:empty.goBack') }).click()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/calls')
})
