// What the caller's ear noticed, as stretches of the recording.
import type { Ear } from '../call-types'

/** In the order in which they are drawn: the worse ones above. */
export const KINDS = ['gap', 'overlap', 'talk_over', 'dead_air', 'hole'] as const
export type Kind = (typeof KINDS)[number]

export interface Mark {
  kind: Kind
  /** Seconds of the recording. */
  start: number
  end: number
}

type Span = Ear['gaps'][number]

export function marksOf(ear: Ear): Mark[] {
  const silent = new Set(ear.dead_air.map((span) => span.from_s))
  const marks = [
    ...ear.gaps.filter((span) => !silent.has(span.from_s)).map((span) => mark('gap', span)),
    ...ear.overlaps.map((span) => mark(span.by === 'agent' ? 'talk_over' : 'overlap', span)),
    ...ear.dead_air.map((span) => mark('dead_air', span)),
    ...ear.holes.map((span) => mark('hole', span)),
  ]
  return marks.sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind))
}

function mark(kind: Kind, span: Span): Mark {
  return { kind, start: span.from_s, end: span.to_s }
}

/** The kinds that there are: a legend of what is not there is noise. */
export function kindsOf(marks: readonly Mark[]): Kind[] {
  return KINDS.filter((kind) => marks.some((each) => each.kind === kind))
}

/** What the pipeline does not see of a wait; less than a frame is nothing. */
export function beyond(total: number, ear: number | null): number | null {
  return ear !== null && ear - total >= 20 ? ear - total : null
}
