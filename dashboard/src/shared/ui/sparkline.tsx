// A line of a few figures, as small as a word.

interface Props {
  values: readonly number[]
  /** What it shows and how it went, in words. */
  label: string
  width?: number
  height?: number
}

export function Sparkline({ values, label, width = 72, height = 20 }: Props) {
  if (values.length < 2) return null
  const most = Math.max(...values)
  const least = Math.min(...values)
  const span = most - least || 1
  const points = values.map((value, at) => {
    const x = 1 + (at / (values.length - 1)) * (width - 2)
    const y = height - 2 - ((value - least) / span) * (height - 4)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="var(--c-accent)"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  )
}
