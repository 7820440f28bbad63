import { expect, inject } from 'vitest'
import { faults } from './axe.ts'
import { ended } from './installation.ts'
import { test } from './visit.ts'

const PAGES = [
  ...['/', '/live', '/calls', '/calls/:first', '/system', '/account', '/nowhere'],
  ...['/settings', '/settings?tab=keys', '/settings?tab=company', '/settings?tab=audit'],
  ...['/sign-in', '/welcome', '/register', '/forgot-password', '/reset-password#token', '/accept-invitation'],
]
const PHONE = 360

async function address(path: string): Promise<string> {
  return path.includes(':first') ? path.replace(':first', (await ended(inject('firstCall'))).id) : path
}

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing wrong on any page in ${theme} colours`, async ({ visit }) => {
    const { page, open } = await visit({ theme })
    const found: string[] = []
    for (const path of PAGES) {
      await open(await address(path))
      found.push(...(await faults(page)).map((fault) => `${path} ${fault}`))
    }
    expect(found).toEqual([])
  })
}

test('no page is wider than a phone', async ({ visit }) => {
  const { page, open } = await visit({ width: PHONE, height: 740, language: 'es' })
  const tooWide: string[] = []
  for (const path of PAGES) {
    await open(await address(path))
    const width = await page.evaluate(() => document.scrollingElement?.scrollWidth ?? 0)
    if (width > PHONE) tooWide.push(`${path} is ${width} wide`)
  }
  expect(tooWide).toEqual([])
})
