import { describe, expect, test } from 'vitest'
import { dark, light, TEXT_PAIRS, variables } from './tokens'

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

describe.each([
  ['light', light],
  ['dark', dark],
])('in the %s scheme', (_, colours) => {
  test.each(TEXT_PAIRS)('%s on %s can be read', (text, ground) => {
    expect(contrast(colours[text], colours[ground])).toBeGreaterThanOrEqual(4.5)
  })

  test('edges of controls stand out from their ground', () => {
    expect(contrast(colours.edge, colours.surface)).toBeGreaterThanOrEqual(3)
    expect(contrast(colours.edge, colours.canvas)).toBeGreaterThanOrEqual(3)
  })
})

test('tokens become CSS variables', () => {
  expect(variables(light)['--c-ok-soft']).toBe(light.okSoft)
})
