// How good or bad something is, and what states of a call that are.

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle'

/** Phases of a call, as the API names them. */
export const PHASES = {
  new: 'idle',
  dialing: 'warn',
  ringing: 'warn',
  offered: 'warn',
  answered: 'info',
  talking: 'ok',
  transferring: 'info',
  bridged: 'info',
  ending: 'idle',
  ended: 'idle',
} as const satisfies Record<string, Tone>

export type Phase = keyof typeof PHASES

export function isPhase(name: string): name is Phase {
  return Object.hasOwn(PHASES, name)
}

/** Above these a caller notices the wait (ms from the end of speech to the reply). */
export const LATENCY_OK_MS = 1000
export const LATENCY_SLOW_MS = 1500

export type LatencyGrade = 'good' | 'ok' | 'slow'

export function latencyGrade(milliseconds: number): LatencyGrade {
  if (milliseconds <= LATENCY_OK_MS) return 'good'
  return milliseconds <= LATENCY_SLOW_MS ? 'ok' : 'slow'
}

export const GRADE_TONE = { good: 'ok', ok: 'warn', slow: 'bad' } as const satisfies Record<LatencyGrade, Tone>

/** Why a call ended, as the API names it. */
export const CAUSES = {
  normal: 'ok',
  busy: 'warn',
  no_answer: 'warn',
  rejected: 'warn',
  cancelled: 'idle',
  not_found: 'bad',
  time_limit: 'warn',
  failed: 'bad',
  unknown: 'idle',
} as const satisfies Record<string, Tone>

export type Cause = keyof typeof CAUSES

export function isCause(name: string): name is Cause {
  return Object.hasOwn(CAUSES, name)
}
