// A small setting of this browser that outlives the page. Without storage it lasts as long as the page.
import { useSyncExternalStore } from 'react'

const held = new Map<string, string>()
const listeners = new Set<() => void>()

export function readStored(name: string): string | null {
  const known = held.get(name)
  if (known !== undefined) return known
  try {
    return globalThis.localStorage.getItem(name)
  } catch {
    return null
  }
}

/** As another page of this browser may have written it meanwhile. */
export function readShared(name: string): string | null {
  held.delete(name)
  return readStored(name)
}

export function writeStored(name: string, value: string): void {
  held.set(name, value)
  try {
    globalThis.localStorage.setItem(name, value)
  } catch {
    // Storage is full or forbidden: the value lasts as long as the page.
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A switch that is remembered. */
export function useStoredSwitch(name: string, fallback: boolean): [boolean, (on: boolean) => void] {
  const value = useSyncExternalStore(subscribe, () => readStored(name))
  return [value === null ? fallback : value === 'yes', (on) => writeStored(name, on ? 'yes' : 'no')]
}
