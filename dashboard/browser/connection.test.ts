import type { Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { controlPlane, URL_OF, webServer } from './installation.ts'
import type { Say } from './texts.ts'
import { PATIENCE_MS, test } from './visit.ts'

/** Answers that fail while something is down are named in the console by the browser itself. */
const LOST = /Failed to load resource/

let stopped = 0

afterEach(() => {
  if (stopped) process.kill(stopped, 'SIGCONT')
  stopped = 0
})

function stop(pid: number): void {
  process.kill(pid, 'SIGSTOP')
  stopped = pid
}

async function shows(page: Page, text: string): Promise<void> {
  const light = page.getByRole('banner').getByRole('status')
  await expect.poll(() => light.innerText(), { timeout: PATIENCE_MS, interval: 100 }).toBe(text)
}

/** The carrier tells of a caller; what it is told to play. */
async function ring(from: string): Promise<string> {
  const body = new URLSearchParams({ From: from, To: '+576015550100', CallSid: `unanswered-${from}` })
  return (await fetch(`${URL_OF}/webhook/telnyx/texml`, { method: 'POST', body })).text()
}

async function live(page: Page, say: Say): Promise<void> {
  await shows(page, say('app:connection.live'))
}

test('a control plane that hangs is noticed, the page says so, and heals by itself', async ({ visit }) => {
  const { page, say, open } = await visit({ tolerates: LOST })
  await open('/')
  await live(page, say)
  stop(await controlPlane())
  await shows(page, say('app:connection.broken'))
  await page.getByText(say('app:connection.old')).waitFor()
  process.kill(stopped, 'SIGCONT')
  await live(page, say)
  await page.getByText(say('app:connection.old')).waitFor({ state: 'hidden' })
})

test('a web server that dies is noticed, and its successor found', async ({ visit }) => {
  const { page, say, open } = await visit({ tolerates: LOST })
  await open('/live')
  await live(page, say)
  const before = webServer()
  process.kill(before, 'SIGTERM')
  await shows(page, say('app:connection.broken'))
  await page.getByRole('button', { name: say('app:connection.retry') }).click()
  await live(page, say)
  expect(webServer()).not.toBe(before)
})

test('a control plane that is killed comes back, and nobody has to sign in again', async ({ visit }) => {
  const { page, say, open } = await visit({ tolerates: LOST })
  await open('/calls')
  await live(page, say)
  const before = await controlPlane()
  process.kill(before, 'SIGKILL')
  await shows(page, say('app:connection.broken'))
  await live(page, say)
  expect(await controlPlane()).not.toBe(before)
  expect(new URL(page.url()).pathname).toBe('/calls')
})

test('while no control plane answers, the page of health says so, and who rings is called back', async ({ visit }) => {
  const { page, say, open } = await visit({ tolerates: LOST })
  await open('/system')
  const processes = page.getByRole('region', { name: say('health:processes.title') })
  await processes.getByText(say('shared:process.state.alive'), { exact: true }).waitFor()
  stop(await controlPlane())
  const rung = ring('+573009998877')
  await processes.getByText(say('shared:process.state.hung'), { exact: true }).waitFor()
  await page.getByRole('region', { name: say('health:down.title') }).getByText(say('health:down.what')).waitFor()
  expect(await rung, 'the caller hears an apology').toContain('<Response>')
  process.kill(stopped, 'SIGCONT')
  await processes.getByText(say('shared:process.state.alive'), { exact: true }).waitFor()

  await open('/')
  const waiting = page.getByRole('region', { name: say('home:callbacks.title') }).getByRole('listitem')
  const caller = waiting.filter({ hasText: '+57 300 999 8877' })
  await caller.waitFor()
  await caller.getByRole('button', { name: say('home:callbacks.doneFor', { number: '+573009998877' }) }).click()
  await caller.waitFor({ state: 'detached' })
})
