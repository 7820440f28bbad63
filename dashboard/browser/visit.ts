// Somebody in front of a browser. What the browser complains of fails the test, and so does a word to another host.
import { chromium, type Browser, type BrowserContext, type ConsoleMessage, type Page } from 'playwright-core'
import { expect, test as plain } from 'vitest'
import { URL_OF } from './installation.ts'
import { access, type Kept } from './people.ts'
import { speak, type Language, type Say } from './texts.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const PATIENCE_MS = 20_000
const LOADING = new RegExp(`^(${speak('en')('shared:loading')}|${speak('es')('shared:loading')})`)

export interface Visitor {
  signedIn?: boolean
  /** A session of one's own, which the browser may renew. */
  session?: Kept
  language?: Language
  theme?: 'dark' | 'light'
  width?: number
  height?: number
  /** What the console may say here, for tests that break something. */
  tolerates?: RegExp
}

export interface Visit {
  page: Page
  say: Say
  /** Opens a page and waits for its heading, and until nothing of it is loading. */
  open: (path: string) => Promise<void>
}

async function enter(browser: Browser, visitor: Visitor): Promise<BrowserContext> {
  const { language = 'en', theme = 'light', width = 1280, height = 800, signedIn = true, session } = visitor
  const context = await browser.newContext({
    baseURL: URL_OF,
    locale: language === 'es' ? 'es-CO' : 'en-US',
    colorScheme: theme,
    viewport: { width, height },
    hasTouch: width < 600,
    timezoneId: 'America/Bogota',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const cookie = (name: string, value: string, path: string) =>
    ({ name, value, domain: new URL(URL_OF).hostname, path, httpOnly: true, sameSite: 'Strict' }) as const
  if (signedIn) await context.addCookies([cookie('centralita_session', session?.access ?? (await access()), '/')])
  if (signedIn && session) await context.addCookies([cookie('centralita_refresh', session.refresh, '/api/auth')])
  return context
}

/** What a browser says that nobody should have to read. */
function listen(context: BrowserContext, tolerated: RegExp | undefined): string[] {
  const faults: string[] = []
  const hear = (message: ConsoleMessage) => {
    const text = `${message.text()} ${message.location().url}`
    if (message.type() === 'error' && !tolerated?.test(text)) faults.push(`console: ${text}`)
  }
  context.on('console', hear)
  context.on('weberror', (error) => faults.push(`uncaught: ${error.error().stack ?? ''}`))
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== URL_OF) faults.push(`asked another host: ${request.url()}`)
  })
  return faults
}

interface Fixtures {
  visit: (visitor?: Visitor) => Promise<Visit>
}

interface OfTheRun {
  browser: Browser
}

export const test = plain.extend<Fixtures & OfTheRun>({
  browser: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: process.env.DASHBOARD_CHROMIUM, args: FLAGS })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  visit: async ({ browser, task }, use) => {
    const contexts: BrowserContext[] = []
    const faults: string[] = []
    await use(async (visitor = {}) => {
      const context = await enter(browser, visitor)
      contexts.push(context)
      const heard = listen(context, visitor.tolerates)
      context.on('close', () => faults.push(...heard))
      const page = await context.newPage()
      const open = async (path: string) => {
        await page.goto(path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        const loading = page.getByRole('status').filter({ hasText: LOADING })
        await expect.poll(() => loading.count(), { timeout: PATIENCE_MS }).toBe(0)
      }
      return { page, say: speak(visitor.language ?? 'en'), open }
    })
    for (const context of contexts) await context.close()
    if (task.result?.state !== 'fail') expect(faults).toEqual([])
  },
})
