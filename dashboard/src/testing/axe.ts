// What axe finds wrong, as lines that say where. Colours are looked at by the tokens' test: jsdom paints nothing.
import axe from 'axe-core'

export async function faults(root: Element = document.body): Promise<string[]> {
  const region = { enabled: root === document.body }
  const { violations } = await axe.run(root, { rules: { 'color-contrast': { enabled: false }, region } })
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} (${rule.help})`))
}
