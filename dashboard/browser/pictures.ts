// The pictures of the documentation: a few calls of a clinic, some over, some going on, and the pages that show them.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { api, call, ended, place, say as says, simulator, untilHungUp, type Script } from './installation.ts'
import type { Language, Say } from './texts.ts'
import { test, type Visitor } from './visit.ts'

const FOLDER = process.env.DASHBOARD_PICTURES ?? '.'
const LANGUAGES: readonly Language[] = ['en', 'es']
const LONG_MS = 150_000

/** Providers of the quicker kind. */
const DELAYS = { deepgram_final_ms: 150, llm_first_token_ms: 240, tts_first_byte_ms: 120 }

const HOURS = '¿Cuál es el horario?'
const PRICE = '¿Cuánto cuesta una consulta?'
const PLACE = '¿Dónde están?'
const GOODBYE = 'No, nada más. Muchas gracias, adiós.'

const talk = (...texts: string[]): Script => ({ steps: [...texts.map(says), untilHungUp] })
const unanswered = (answer: string): Script => ({ answer, steps: [] })

/** Calls that are over in the pictures. The first one is the call whose page is shown. */
const PAST: readonly [name: string, script: Script][] = [
  ['Laura Gómez', 'appointment'],
  ['Andrés Rojas', talk(HOURS, GOODBYE)],
  ['Camila Torres', unanswered('busy')],
  ['Mateo Díaz', talk(PRICE, PLACE, GOODBYE)],
  ['Valentina Ruiz', unanswered('no_answer')],
]

const number = (at: number) => `+5730012345${60 + at}`
const rings = (from: string, script: Script) => simulator('/sim/calls', { from, script })

async function past(): Promise<string> {
  const ids: string[] = []
  for (const [at, [name, script]] of PAST.entries()) ids.push(await place(name, number(at), script))
  await rings('+573104445566', talk(HOURS, GOODBYE))
  const [shown = ''] = ids
  await ended(shown)
  return shown
}

/** Once the call has so many turns. */
async function turns(id: string, count: number): Promise<void> {
  await expect.poll(async () => (await call(id)).turns.length, { timeout: LONG_MS, interval: 250 }).toBeGreaterThanOrEqual(count)
}

async function drawer(page: Page, say: Say): Promise<void> {
  await page.getByRole('list', { name: say('live:list') }).getByRole('link', { name: 'Julián Castro' }).click()
  await page.getByRole('region', { name: say('live:transcript.label') }).getByRole('listitem').nth(5).waitFor()
}

async function halfHeard(page: Page, say: Say): Promise<void> {
  await page.getByRole('slider', { name: say('call:player.position') }).press('PageUp')
  await page.getByRole('heading', { level: 1 }).click()
}

test('pictures', { timeout: 4 * LONG_MS }, async ({ visit }) => {
  async function picture(name: string, path: string, visitor: Visitor, ready?: typeof drawer): Promise<void> {
    for (const language of LANGUAGES) {
      const { page, say, open } = await visit({ ...visitor, language })
      await open(path)
      await page.getByRole('banner').getByText(say('app:connection.live')).waitFor()
      await ready?.(page, say)
      const file = `dashboard-${name}${language === 'en' ? '' : `.${language}`}.png`
      await page.screenshot({ path: `${FOLDER}/${file}`, animations: 'disabled' })
      await page.close()
    }
  }

  await simulator('/sim/delays', DELAYS, 'PATCH')
  await api('/api/doctor/run', {})
  const shown = await past()
  const live = await place('Julián Castro', number(5), 'appointment')
  await turns(live, 2)
  await place('Daniela Peña', number(6), talk(PRICE, PLACE, GOODBYE))
  await rings('+573107778899', talk(PLACE, HOURS, GOODBYE))
  await turns(live, 4)
  await picture('live', '/live', { theme: 'dark' }, drawer)
  await picture('phone', '/live', { theme: 'dark', width: 390, height: 844 })
  await picture('home', '/', { theme: 'light' })
  await picture('calls', '/calls', { theme: 'light' })
  await picture('call', `/calls/${shown}`, { theme: 'light' }, halfHeard)
  await picture('health', '/system', { theme: 'dark' })
})
