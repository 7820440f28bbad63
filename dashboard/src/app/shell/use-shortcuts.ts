// Keys without modifiers: `g` and a letter go to a page, `?` shows what there is. They can be turned off.
import { useRouter } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useRef } from 'react'
import { useStoredSwitch } from '@/shared/hooks/stored'
import { useDestinations } from './navigation'

/** How long `g` waits for its letter. */
const WAIT_MS = 1500

export const useShortcutSwitch = () => useStoredSwitch('centralita.shortcuts', true)

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, [role="dialog"]') !== null
}

export function useShortcuts(onHelp: () => void): void {
  const router = useRouter()
  const destinations = useDestinations()
  const [on] = useShortcutSwitch()
  const goingSince = useRef(-Infinity)
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return
    const going = event.timeStamp - goingSince.current < WAIT_MS
    goingSince.current = -Infinity
    const to = going && destinations.find((each) => each.letter === event.key)
    if (to) void router.navigate({ to: to.path })
    else if (event.key === 'g') goingSince.current = event.timeStamp
    else if (event.key === '?') onHelp()
    else return
    event.preventDefault()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
