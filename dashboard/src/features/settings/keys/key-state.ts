// What a key is good for now.
import type { Tone } from '@/shared/ui'
import type { Key } from './use-keys'

export type KeyState = 'good' | 'revoked' | 'expired'

export const KEY_TONES: Record<KeyState, Tone> = { good: 'ok', revoked: 'idle', expired: 'warn' }

export function stateOf(key: Pick<Key, 'revoked_at' | 'expires_at'>, nowS: number): KeyState {
  if (key.revoked_at !== null) return 'revoked'
  return key.expires_at !== null && key.expires_at <= nowS ? 'expired' : 'good'
}

/** How long a new key is good; null: until it is revoked. */
export const LIVES = { month: 30, quarter: 90, year: 365, ever: null } as const
export type Life = keyof typeof LIVES

export function endOf(life: Life, nowS: number): number | null {
  const days = LIVES[life]
  return days === null ? null : Math.floor(nowS) + days * 86_400
}
