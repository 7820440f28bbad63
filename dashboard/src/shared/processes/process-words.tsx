// What the sidecar says of a process, in words.
import { useTranslation } from 'react-i18next'
import type { SidecarReason } from '@/shared/api/sidecar'
import { StatusBadge } from '@/shared/ui'
import { BEYOND_PROCESSES, isProcessState, saysKey, STATES } from './states'

export function ProcessBadge({ state }: { state: string }) {
  const { t } = useTranslation('shared')
  if (!isProcessState(state)) return <StatusBadge tone="idle">{state}</StatusBadge>
  return <StatusBadge tone={STATES[state]}>{t(`process.state.${state}`)}</StatusBadge>
}

/** Sentences: what its state means, then what it says itself. */
export function useProcessWords(): (state: string, reasons?: readonly string[]) => string {
  const { t } = useTranslation('shared')
  return (state, reasons = []) => {
    const why = isProcessState(state) ? t(`process.why.${state}`) : state
    const said = reasons.map((reason) => {
      const key = saysKey(reason)
      return key ? t(`process.says.${key}`) : reason
    })
    return [why, ...said].join(' ')
  }
}

/** What is wrong beyond the processes: sentences. */
export function useOtherReasons(): (reasons: readonly SidecarReason[]) => string[] {
  const { t } = useTranslation('shared')
  return (reasons) =>
    reasons
      .filter((reason) => !reason.process)
      .map(({ code, text }) => (BEYOND_PROCESSES.some((each) => each === code) ? t(`process.also.${code}`) : text))
}
