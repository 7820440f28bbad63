// The mark: the jacks of a switchboard, two of them joined by a cord.

const FREE = [
  [16, 8],
  [24, 8],
  [8, 16],
  [24, 16],
  [8, 24],
  [16, 24],
] as const

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
      {FREE.map(([x, y]) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r="2.3" fill="var(--c-edge)" opacity="0.55" />
      ))}
      <path d="M8 8c0 11 16 5 16 16" stroke="var(--c-brass)" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="8" cy="8" r="3.4" fill="var(--c-accent)" />
      <circle cx="24" cy="24" r="3.4" fill="var(--c-accent)" />
    </svg>
  )
}
