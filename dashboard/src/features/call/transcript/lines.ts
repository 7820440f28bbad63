// When each turn is to be heard in the recording.
import type { Outline, Timing, Turn } from '../call-types'

export interface Line {
  turn: Turn
  /** Seconds of the recording. */
  start: number
  end: number
}

/** From the beginning of a reply to its first sound. The stages before lie before the reply began. */
const LEAD = ['brain', 'clause', 'handover', 'voice', 'playout'] as const
/** Quieter than this, relative to the loudest, is no voice. */
const VOICE = 0.08
/** A speaker who pauses no longer is still in the same turn. */
const PAUSE_S = 1.5
/** Somebody who reads aloud, for recordings without an outline. */
const LETTERS_PER_S = 14

function lead(timing: Timing): number {
  return LEAD.reduce((sum, stage) => sum + (timing[stage] ?? 0), 0) / 1000
}

interface Track {
  peaks: readonly number[]
  /** Seconds of one peak. */
  step: number
}

function trackOf(outline: Outline | undefined, name: string): Track | undefined {
  const channel = outline?.channels.find((each) => each.name === name)
  if (!outline || !channel || channel.peaks.length === 0) return undefined
  return { peaks: channel.peaks, step: outline.duration_s / channel.peaks.length }
}

/** Where the voice that ends before `until` began, not before `after`. Null when there is none. */
export function voiceBefore(track: Track, until: number, after: number): number | null {
  const loud = Math.max(...track.peaks) * VOICE
  let found: number | null = null
  const last = Math.min(Math.floor(until / track.step), track.peaks.length - 1)
  for (let at = last; at >= 0 && at * track.step >= after; at -= 1) {
    if (found !== null && (found - at) * track.step > PAUSE_S) break
    if ((track.peaks[at] ?? 0) > loud) found = at
  }
  return found === null ? null : found * track.step
}

/** A turn of the caller is stored when it is over: its beginning is looked for in the sound. */
function callerStart(turn: Turn, over: number, after: number, track: Track | undefined): number {
  const found = track && voiceBefore(track, over, after)
  if (found !== null && found !== undefined) return found
  return Math.max(after, over - turn.text.length / LETTERS_PER_S)
}

/** `zero`: the moment (unix seconds) at which the recording begins. */
export function linesOf(turns: readonly Turn[], zero: number, outline?: Outline): Line[] {
  const caller = trackOf(outline, 'caller')
  let callerEnd = 0
  return turns.map((turn) => {
    const end = Math.max(0, (turn.ended_at ?? turn.started_at) - zero)
    if (turn.speaker === 'caller') {
      const start = callerStart(turn, end, callerEnd, caller)
      callerEnd = end
      return { turn, start, end }
    }
    const start = Math.max(0, turn.started_at - zero + lead(turn.timing))
    return { turn, start, end: Math.max(start, end) }
  })
}

/** The line that is heard at `time`, or was heard last: its place in `lines`, or -1. */
export function lineAt(lines: readonly Line[], time: number): number {
  // A little early: a line begins with its first sound, not after it.
  const now = time + 0.05
  return lines.reduce((best, line, at) => (line.start <= now && line.start >= (lines[best]?.start ?? 0) ? at : best), -1)
}
