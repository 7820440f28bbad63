// The time, ticking. All readers of the same pace share one timer.
import { useSyncExternalStore } from 'react'
import { useGatewayClock } from '@/shared/live'

interface Ticker {
  listeners: Set<() => void>
  timer: ReturnType<typeof setInterval> | undefined
  tick: number
}

const tickers = new Map<number, Ticker>()

function ticker(everyMs: number): Ticker {
  const known = tickers.get(everyMs)
  if (known) return known
  const made: Ticker = { listeners: new Set(), timer: undefined, tick: Date.now() }
  tickers.set(everyMs, made)
  return made
}

function subscribe(everyMs: number, listener: () => void): () => void {
  const of = ticker(everyMs)
  of.listeners.add(listener)
  of.timer ??= setInterval(() => {
    of.tick = Date.now()
    for (const each of of.listeners) each()
  }, everyMs)
  return () => {
    of.listeners.delete(listener)
    if (of.listeners.size > 0) return
    clearInterval(of.timer)
    of.timer = undefined
  }
}

const subscribers = new Map<number, (listener: () => void) => () => void>()

function subscriber(everyMs: number): (listener: () => void) => () => void {
  const known = subscribers.get(everyMs)
  if (known) return known
  const made = (listener: () => void) => subscribe(everyMs, listener)
  subscribers.set(everyMs, made)
  return made
}

/** The gateway's time in ms, anew every `everyMs`. */
export function useNow(everyMs = 1000): number {
  const clock = useGatewayClock()
  useSyncExternalStore(subscriber(everyMs), () => ticker(everyMs).tick)
  return clock()
}
