// The signs of a player.
import type { ReactNode } from 'react'

function Sign({ children }: { children: ReactNode }) {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  )
}

export function PlayIcon() {
  return (
    <Sign>
      <path d="M6 3.6v12.8a.6.6 0 0 0 .9.5l10.2-6.4a.6.6 0 0 0 0-1L6.9 3.1a.6.6 0 0 0-.9.5Z" fill="currentColor" />
    </Sign>
  )
}

export function PauseIcon() {
  return (
    <Sign>
      <path d="M5.5 3.5h3v13h-3zM11.5 3.5h3v13h-3z" fill="currentColor" />
    </Sign>
  )
}

const ROUND = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6, strokeLinecap: 'round', strokeLinejoin: 'round' } as const

export function BackIcon() {
  return (
    <Sign>
      <path d="M4.2 7.2A6.8 6.8 0 1 1 3.2 11M4 3.5v4h4" {...ROUND} />
      <text x="10.2" y="13.2" fontSize="7.5" fontWeight="700" textAnchor="middle" fill="currentColor">
        5
      </text>
    </Sign>
  )
}

export function ForwardIcon() {
  return (
    <Sign>
      <path d="M15.8 7.2A6.8 6.8 0 1 0 16.8 11M16 3.5v4h-4" {...ROUND} />
      <text x="9.8" y="13.2" fontSize="7.5" fontWeight="700" textAnchor="middle" fill="currentColor">
        5
      </text>
    </Sign>
  )
}
