import { expect } from 'vitest'
import { place, untilHungUp } from './installation.ts'
import { test } from './visit.ts'

test('the doctor examines when asked to, and says what was seen', async ({ visit }) => {
  const { page, say, open } = await visit()
  await open('/system')
  const processes = page.getByRole('region', { name: say('health:processes.title') })
  await processes.getByText(say('shared:process.state.alive')).waitFor()
  await page.getByRole('button', { name: say('health:doctor.run') }).click()
  await page.getByRole('region', { name: say('health:doctor.group.call') }).waitFor({ timeout: 45_000 })
  await page.getByRole('region', { name: say('health:doctor.group.keys') }).waitFor()
})

test('home counts the calls of today, and leads to those that live', async ({ visit }) => {
  const { page, say, open } = await visit()
  await place('Santiago', '+573001112401', { steps: [untilHungUp] })
  await open('/')
  await page.getByRole('link', { name: /^[1-9]\d*$/ }).waitFor()
  await page.getByRole('link', { name: say('home:today.watch') }).click()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/live')
  await page.getByRole('list', { name: say('live:list') }).getByRole('link', { name: 'Santiago' }).waitFor()
})
