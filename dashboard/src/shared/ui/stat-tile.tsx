// One figure with its name.
import type { ReactNode } from 'react'
import classes from './stat-tile.module.css'
import type { Tone } from './tone'

interface Props {
  label: ReactNode
  /** `null`: not known. */
  value: ReactNode
  /** A line beneath: what it is compared with, or what it means. */
  note?: ReactNode
  tone?: Tone
  chart?: ReactNode
}

export function StatTile({ label, value, note, tone, chart }: Props) {
  return (
    <div className={classes.tile} data-tone={tone}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value}>{value ?? '–'}</dd>
      {(note || chart) && (
        <dd className={classes.note}>
          {note}
          {chart}
        </dd>
      )}
    </div>
  )
}

/** Holds tiles: a row that wraps. */
export function StatRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <dl className={classes.row} aria-label={label}>
      {children}
    </dl>
  )
}
