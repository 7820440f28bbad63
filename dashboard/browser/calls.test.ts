import { expect, inject } from 'vitest'
import { FIRST } from './first-call.ts'
import { place } from './installation.ts'
import { test } from './visit.ts'

const BUSY = { answer: 'busy', steps: [] }

test('calls are found by name, and the search stays in the address', async ({ visit }) => {
  const { page, say, open } = await visit()
  await place('Andrés', '+573001112301', BUSY)
  await open('/calls')
  const rows = page.getByRole('table', { name: say('calls:title') }).getByRole('row')
  await rows.filter({ hasText: FIRST.name }).waitFor()
  await rows.filter({ hasText: 'Andrés' }).waitFor()
  await page.getByRole('searchbox', { name: say('calls:filter.search') }).fill(FIRST.name)
  await rows.filter({ hasText: 'Andrés' }).waitFor({ state: 'detached' })
  await rows.filter({ hasText: FIRST.name }).waitFor()
  await page.reload()
  await rows.filter({ hasText: FIRST.name }).waitFor()
  expect(await rows.filter({ hasText: 'Andrés' }).count()).toBe(0)
  await page.getByRole('searchbox').fill('nobody of this name')
  await page.getByText(say('calls:nothing.title')).waitFor()
  await page.getByRole('button', { name: say('calls:chips.clear') }).last().click()
  await rows.filter({ hasText: 'Andrés' }).waitFor()
})

test('how a call ended is a filter that can be taken away', async ({ visit }) => {
  const { page, say, open } = await visit()
  await place('Julián', '+573001112302', BUSY)
  await open('/calls')
  const rows = page.getByRole('table', { name: say('calls:title') }).getByRole('row')
  await page.getByRole('combobox', { name: say('calls:filter.cause') }).selectOption({ label: say('shared:cause.busy') })
  await rows.filter({ hasText: FIRST.name }).first().waitFor({ state: 'detached' })
  await rows.filter({ hasText: 'Julián' }).waitFor()
  const filter = `${say('calls:filter.cause')}: ${say('shared:cause.busy')}`
  await page.getByRole('button', { name: say('calls:chips.remove', { filter }) }).click()
  await rows.filter({ hasText: FIRST.name }).waitFor()
})

test('Tab reaches a row, the arrows go on, Enter opens the call', async ({ visit }) => {
  const { page, say, open } = await visit()
  const id = inject('firstCall')
  await open(`/calls?q=${FIRST.name}`)
  const row = page.getByRole('table', { name: say('calls:title') }).getByRole('row').filter({ hasText: FIRST.name }).first()
  await row.waitFor()
  for (let tabs = 0; tabs < 40 && !(await row.evaluate((one) => one === document.activeElement)); tabs += 1) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/calls/${id}`)
})

test('somebody is called from the page, and a number that cannot be called is refused with advice', async ({ visit }) => {
  const { page, say, open } = await visit({ tolerates: /status of 422/ })
  await open('/calls')
  await page.getByRole('button', { name: say('calls:dial.open') }).first().click()
  const dialog = page.getByRole('dialog', { name: say('calls:dial.title') })
  const number = dialog.getByLabel(say('calls:dial.phone'))
  await number.fill('12')
  await dialog.getByRole('button', { name: say('calls:dial.submit'), exact: true }).click()
  await dialog.getByText(say('calls:dial.problem.bad_number')).waitFor()
  await number.fill('+573001112303')
  await dialog.getByLabel(say('calls:dial.name')).fill('Daniela')
  await dialog.getByRole('button', { name: say('calls:dial.submit'), exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
})
