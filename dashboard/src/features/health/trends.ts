// The last minutes of one figure, for a line as small as a word.

export interface Trend {
  /** The newest value that is known. */
  now: number | null
  least: number
  most: number
  values: number[]
}

/** Gaps are left out: the line says how it went, not when nothing was known. */
export function trend(values: readonly (number | null)[]): Trend {
  const known = values.filter((value) => value !== null)
  return {
    now: values.at(-1) ?? null,
    least: known.length > 0 ? Math.min(...known) : 0,
    most: known.length > 0 ? Math.max(...known) : 0,
    values: known,
  }
}
