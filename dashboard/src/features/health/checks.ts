// The checks of the doctor as a page shows them.
import type { Schema } from '@/shared/api'

type Check = Schema<'CheckOut'>

/** Checks that have words here; providers are called by their own names. */
export const CHECKS = {
  settings: 'settings',
  'webhook unsigned': 'unsigned',
  'webhook forged': 'forged',
  certificate: 'certificate',
  dashboard: 'dashboard',
  database: 'database',
  storage: 'storage',
  redis: 'redis',
  sidecar: 'sidecar',
  disk: 'disk',
  clock: 'clock',
  'echo call': 'echo',
} as const

const GROUPS = ['settings', 'keys', 'address', 'parts', 'machine', 'call'] as const

export function isCheck(name: string): name is keyof typeof CHECKS {
  return Object.hasOwn(CHECKS, name)
}

export function isGroup(name: string): name is (typeof GROUPS)[number] {
  return GROUPS.some((each) => each === name)
}

/** By group, in the order they come in. */
export function grouped(checks: readonly Check[]): [string, Check[]][] {
  const groups = new Map<string, Check[]>()
  for (const check of checks) groups.set(check.group, [...(groups.get(check.group) ?? []), check])
  return [...groups]
}

/** From mouth to ear in ms; null when no echo call came through. */
export function echoDelay(checks: readonly Check[]): number | null {
  const told = Number(checks.find((check) => check.group === 'call')?.values.delay)
  return Number.isFinite(told) ? told : null
}
