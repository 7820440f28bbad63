// Where the time of a reply went, as bars on one scale.
import { LATENCY_OK_MS, LATENCY_SLOW_MS } from '@/shared/ui/tone'
import type { Timing, Turn } from '../call-types'

/** In the order in which they come. */
export const STAGES = ['stt', 'dispatch', 'brain', 'clause', 'handover', 'voice', 'playout'] as const
export type Stage = (typeof STAGES)[number]
/** Who the time is spent by: stages of the gateway itself are one colour. */
export const OWNERS = ['stt', 'brain', 'clause', 'voice', 'gateway'] as const
export type Owner = (typeof OWNERS)[number]

export const THRESHOLDS = [LATENCY_OK_MS, LATENCY_SLOW_MS] as const

const OWNER: Record<Stage, Owner> = {
  stt: 'stt',
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
  segments: readonly Segment[]
}

export function segmentsOf(timing: Timing): Segment[] {
  return STAGES.flatMap((stage) => {
    const ms = timing[stage]
    return ms === undefined ? [] : [{ stage, owner: OWNER[stage], ms }]
  })
}

/** Replies that somebody waited for: a greeting is none. */
export function waitsOf(turns: readonly Turn[]): Wait[] {
  return turns.flatMap((turn) => {
    const total = turn.timing.total
    return turn.speaker === 'agent' && total !== undefined
      ? [{ index: turn.index, total, segments: segmentsOf(turn.timing) }]
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
  const longest = Math.max(0, ...waits.map((wait) => Math.max(wait.total, sum(wait.segments))))
  return Math.ceil(Math.max(longest * 1.04, LATENCY_SLOW_MS * 1.1) / 100) * 100
}

function sum(segments: readonly Segment[]): number {
  return segments.reduce((all, segment) => all + segment.ms, 0)
}
