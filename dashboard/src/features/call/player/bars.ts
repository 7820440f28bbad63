// The waveform as bars of a width that the eye can tell apart.

export const BAR_PX = 3

/** So many bars as fit, each as high as the loudest of what it stands for. */
export function barsOf(peaks: readonly number[], count: number): number[] {
  if (peaks.length === 0 || count <= 0) return []
  if (peaks.length <= count) return [...peaks]
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * peaks.length) / count)
    const to = Math.max(from + 1, Math.floor(((at + 1) * peaks.length) / count))
    return Math.max(...peaks.slice(from, to))
  })
}

interface Box {
  width: number
  /** Where the middle of the track lies, and how far it reaches up and down. */
  middle: number
  reach: number
  /** The loudest of all tracks. */
  loudest: number
}

/** Vertical strokes around the middle. */
export function pathOf(peaks: readonly number[], { width, middle, reach, loudest }: Box): string {
  const bars = barsOf(peaks, Math.floor(width / BAR_PX))
  const step = width / Math.max(1, bars.length)
  return bars
    .map((peak, at) => {
      const half = Math.max(0.75, (peak / loudest) * reach)
      return `M${((at + 0.5) * step).toFixed(1)} ${(middle - half).toFixed(1)}v${(2 * half).toFixed(1)}`
    })
    .join('')
}

const TICKS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]

/** Seconds to write at the scale, not closer than `least` px. */
export function ticksOf(duration: number, width: number, least = 64): number[] {
  if (duration <= 0 || width <= 0) return []
  const step = TICKS_S.find((each) => (each / duration) * width >= least) ?? 7200
  return Array.from({ length: Math.ceil(duration / step) }, (_, at) => at * step)
}
