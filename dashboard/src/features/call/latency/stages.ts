// Where the time of a reply went, as bars on one scale.
import { LATENCY_OK_MS, LATENCY_SLOW_MS } from '@/shared/ui/tone'
import type { Timing, Turn } from '../call-types'

/** In the order in which they come. */
export const STAGES = ['stt', 'endpoint', 'dispatch', 'brain', 'clause', 'handover', 'voice', 'playout'] as const
export type Stage = (typeof STAGES)[number]
/** Who the time is spent by: stages of the gateway itself are one colour. */
export const OWNERS = ['stt', 'endpoint', 'brain', 'clause', 'voice', 'gateway'] as const
export type Owner = (typeof OWNERS)[number]

export const THRESHOLDS = [LATENCY_OK_MS, LATENCY_SLOW_MS] as const

const OWNER: Record<Stage, Owner> = {
  stt: 'stt',
  endpoint: 'endpoint',
  dispatch: 'gateway',
  brain: 'brain',
  clause: 'clause',
  handover: 'gateway',
  voice: 'voice',
  playout: 'gateway',
}

export interface Segment {
  stage: Stage
  owner: Owner
  ms: number
}

export interface Wait {
  index: number
  total: number
  /** What the caller waited by the sound of both sides; null while it is not known. */
  ear: number | null
  segments: readonly Segment[]
}

/** Stages that pass unnoticed as far as the reply was made ready before it was certain that the turn was over. */
const HIDDEN: ReadonlySet<Stage> = new Set(['brain', 'clause', 'handover', 'voice'])

/** What the caller waited for. */
export function segmentsOf(timing: Timing): Segment[] {
  let hidden = timing.ahead ?? 0
  return STAGES.flatMap((stage) => {
    const whole = timing[stage]
    if (whole === undefined) return []
    const ms = HIDDEN.has(stage) ? Math.max(0, whole - hidden) : whole
    if (HIDDEN.has(stage)) hidden = Math.max(0, hidden - whole)
    return [{ stage, owner: OWNER[stage], ms: Math.round(ms * 10) / 10 }]
  })
}

/** Replies that somebody waited for: a greeting is none. */
export function waitsOf(turns: readonly Turn[]): Wait[] {
  return turns.flatMap((turn) => {
    const total = turn.timing.total
    return turn.speaker === 'agent' && total !== undefined
      ? [{ index: turn.index, total, ear: turn.ear_ms ?? null, segments: segmentsOf(turn.timing) }]
      : []
  })
}

/** The value that so great a share of all is not above. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}

/** The end of the scale: both thresholds are on it. */
export function scaleOf(waits: readonly Wait[]): number {
  const longest = Math.max(0, ...waits.map((wait) => Math.max(wait.total, wait.ear ?? 0, sum(wait.segments))))
  return Math.ceil(Math.max(longest * 1.04, LATENCY_SLOW_MS * 1.1) / 100) * 100
}

function sum(segments: readonly Segment[]): number {
  return segments.reduce((all, segment) => all + segment.ms, 0)
}
