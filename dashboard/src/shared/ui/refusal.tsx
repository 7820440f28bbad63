// Why something that was asked for was refused, and from when on it can be tried again.
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiProblem } from '@/shared/api'
import classes from './door.module.css'
import { useProblemText } from './states'

/** Seconds that are left of what the answer said; 0: it may be tried. */
export function useWait(error: unknown): number {
  const wait = error instanceof ApiProblem && error.status === 429 ? (error.retryAfterS ?? 0) : 0
  const [ticking, setTicking] = useState<{ of: unknown; left: number }>({ of: null, left: 0 })
  const left = ticking.of === error ? ticking.left : wait
  useEffect(() => {
    if (wait <= 0) return undefined
    const until = Date.now() + wait * 1000
    const timer = setInterval(() => {
      setTicking({ of: error, left: Math.max(0, Math.ceil((until - Date.now()) / 1000)) })
    }, 1000)
    return () => clearInterval(timer)
  }, [error, wait])
  return left
}

export function Refusal({ error, waitS = 0 }: { error: unknown; waitS?: number }) {
  const { t } = useTranslation('shared')
  const { title, next } = useProblemText(error)
  if (!error) return null
  const minutes = Math.ceil(waitS / 60)
  const again = waitS > 60 ? t('wait.minutes', { count: minutes }) : t('wait.seconds', { count: waitS })
  return (
    <div className={classes.refusal} role="alert">
      <p>
        <strong>{title}.</strong> {next}
      </p>
      {/* Ticks; told once, with the rest. */}
      {waitS > 0 && <p aria-live="off">{again}</p>}
    </div>
  )
}
