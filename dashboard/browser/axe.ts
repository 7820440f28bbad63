// What axe finds wrong on a page as it is painted, as lines that say where.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
// Of what axe cannot decide, text in the colour of its ground is wrong all the same.
const RUN = `axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then(({ violations, incomplete }) => {
  const unseen = (node) => node.any.some((check) => check.data?.messageKey === 'equalRatio')
  const doubtful = incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter(unseen) }))
  return [...violations, ...doubtful].flatMap((rule) => rule.nodes.map(
    (node) => rule.id + ': ' + node.html.slice(0, 200) + ' (' + (node.failureSummary ?? rule.help) + ')'))
})`

/** By the debugger's way, which the page's own policy for scripts does not reach. */
export async function faults(page: Page): Promise<string[]> {
  const debug = await page.context().newCDPSession(page)
  await debug.send('Runtime.evaluate', { expression: `${SOURCE};0` })
  const { result, exceptionDetails } = await debug.send('Runtime.evaluate', {
    expression: RUN,
    awaitPromise: true,
    returnByValue: true,
  })
  await debug.detach()
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value as string[]
}
