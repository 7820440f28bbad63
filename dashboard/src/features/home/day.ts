// The hours of a day as a chart wants them: those to come are there and empty.
import type { Schema } from '@/shared/api'

export interface Hour {
  /** Unix seconds. */
  start: number
  calls: number
  answered: number
  /** It has not begun yet. */
  ahead: boolean
}

const HOUR_S = 3600
const HOURS = 24

export function wholeDay(hours: readonly Schema<'HourOut'>[]): Hour[] {
  const known = hours.map(({ hour_start: start, calls, answered }) => ({ start, calls, answered, ahead: false }))
  const last = known.at(-1)
  if (!last) return []
  const ahead = Array.from({ length: Math.max(0, HOURS - known.length) }, (_, at) => ({
    start: last.start + (at + 1) * HOUR_S,
    calls: 0,
    answered: 0,
    ahead: true,
  }))
  return [...known, ...ahead]
}

/** A round number that the highest bar stays below, with even steps to it. */
export function scaleTo(most: number): number {
  if (most <= 4) return 4
  const size = 10 ** Math.floor(Math.log10(most))
  const step = [1, 2, 4, 5, 8, 10].find((each) => each * size >= most) ?? 10
  return step * size
}
