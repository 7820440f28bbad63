// The states of processes as the sidecar names them, and the codes of what it finds.
import type { Overall } from '@/shared/api/sidecar'
import type { Tone } from '@/shared/ui'

export const STATES = {
  alive: 'ok',
  slow: 'warn',
  starting: 'idle',
  not_ready: 'warn',
  draining: 'warn',
  recovering: 'warn',
  hung: 'bad',
  dead: 'bad',
  garbage: 'bad',
  failing: 'bad',
  denied: 'bad',
} as const satisfies Record<string, Tone>

export type ProcessState = keyof typeof STATES

export function isProcessState(name: string): name is ProcessState {
  return Object.hasOwn(STATES, name)
}

export const OVERALL_TONE: Record<Overall, Tone> = { ok: 'ok', degraded: 'warn', down: 'bad' }

/** What a control plane gives as reasons, and the words there are for it. */
const SAYS: Record<string, string> = {
  starting: 'starting',
  draining: 'draining',
  'at the limit of calls': 'full',
  'database does not answer': 'database',
  'webhook worker has ended': 'worker',
}

/** The key of the words for a reason of a control plane; undefined for one that is not known. */
export function saysKey(reason: string): string | undefined {
  return Object.hasOwn(SAYS, reason) ? SAYS[reason] : undefined
}

/** Reasons of the sidecar that are about no single process. */
export const BEYOND_PROCESSES = ['callback_queue_full', 'poller_stalled'] as const
