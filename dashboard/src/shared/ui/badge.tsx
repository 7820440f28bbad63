// States told by shape, word and colour: never by colour alone.
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import classes from './badge.module.css'
import { GRADE_TONE, isPhase, latencyGrade, PHASES, type Tone } from './tone'

const SHAPES: Record<Tone, ReactNode> = {
  ok: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  warn: <path d="M5 .8 9.4 9H.6Z" fill="currentColor" />,
  bad: <rect x="1.2" y="1.2" width="7.6" height="7.6" fill="currentColor" transform="rotate(45 5 5) scale(.86) translate(.8 .8)" />,
  info: <rect x="1.2" y="1.2" width="7.6" height="7.6" rx="1.4" fill="currentColor" />,
  idle: <circle cx="5" cy="5" r="3.3" fill="none" stroke="currentColor" strokeWidth="1.5" />,
}

/** A mark without words; say beside it what it means, or give it a `label`. */
export function StatusDot({ tone, label, pulse = false }: { tone: Tone; label?: string; pulse?: boolean }) {
  return (
    <svg
      className={classes.dot}
      data-tone={tone}
      data-pulse={pulse || undefined}
      width="10"
      height="10"
      viewBox="0 0 10 10"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {SHAPES[tone]}
    </svg>
  )
}

export function StatusBadge({ tone, pulse, children }: { tone: Tone; pulse?: boolean; children: ReactNode }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <StatusDot tone={tone} pulse={pulse} />
      {children}
    </span>
  )
}

/** The phase of a call. */
export function CallState({ state }: { state: string }) {
  const { t } = useTranslation('shared')
  if (!isPhase(state)) return <StatusBadge tone="idle">{state}</StatusBadge>
  return (
    <StatusBadge tone={PHASES[state]} pulse={state === 'talking'}>
      {t(`phase.${state}`)}
    </StatusBadge>
  )
}

/** How long a caller waits for the reply: good, noticeable or slow. */
export function LatencyLight({ ms }: { ms: number | null | undefined }) {
  const { t } = useTranslation('shared')
  const format = useFormat()
  if (ms === null || ms === undefined) return <span className={classes.none}>–</span>
  const grade = latencyGrade(ms)
  return (
    <span className={classes.latency} data-tone={GRADE_TONE[grade]}>
      <StatusDot tone={GRADE_TONE[grade]} label={t(`latency.${grade}`)} />
      {format.latency(ms)}
    </span>
  )
}
