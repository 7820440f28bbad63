// What the chosen filters ask of the API, and which of them can be taken away.
import type { paths } from '@/shared/api'
import type { CallsSearch, Span } from './search'

export type CallsQuery = NonNullable<paths['/api/calls']['get']['parameters']['query']>

/** The phases that can be asked for; the others last too short to be looked for. */
export const STATES = ['live', 'ringing', 'talking', 'bridged', 'ended'] as const

const DAYS_BACK: Partial<Record<Span, number>> = { today: 0, '7d': 6, '30d': 29 }

/** Days in the address without a word for them are a range of one's own. */
export function spanOf(search: CallsSearch): Span | undefined {
  return search.when ?? (search.from || search.to ? 'custom' : undefined)
}

/** Midnight of the browser's time zone, so many days after the day of `at`. */
function midnight(at: Date, days: number): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime() / 1000
}

/** `2026-01-31` as a day here, not in Greenwich. */
function localDay(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date)
}

/** Unix seconds from which and before which calls began. */
export function boundsOf(search: CallsSearch, now: Date): { from?: number; to?: number } {
  const span = spanOf(search)
  const back = span && DAYS_BACK[span]
  if (back !== undefined) return { from: midnight(now, -back) }
  if (span !== 'custom') return {}
  return {
    ...(search.from && { from: midnight(localDay(search.from), 0) }),
    ...(search.to && { to: midnight(localDay(search.to), 1) }),
  }
}

export function queryOf(search: CallsSearch, now: Date): CallsQuery {
  const { from, to } = boundsOf(search, now)
  const live = search.state === 'live'
  const all: Record<string, string | undefined> = {
    q: search.q,
    direction: search.direction,
    state: live ? undefined : search.state,
    live: live ? 'true' : undefined,
    cause: search.cause,
    bot_id: search.bot,
    from: from?.toString(),
    to: to?.toString(),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** The same calls as a table for spreadsheets. */
export function exportPath(query: CallsQuery): string {
  const search = new URLSearchParams(query as Record<string, string>).toString()
  return search ? `/api/calls.csv?${search}` : '/api/calls.csv'
}

export interface Chip {
  name: 'q' | 'when' | 'direction' | 'state' | 'cause' | 'bot'
  value: string
  /** The change of the address that takes it away. */
  without: Partial<CallsSearch>
}

const NO_DAYS = { when: undefined, from: undefined, to: undefined }
const PLAIN = ['q', 'direction', 'state', 'cause', 'bot'] as const

export function chipsOf(search: CallsSearch): Chip[] {
  const plain = PLAIN.flatMap((name): Chip[] => {
    const value = search[name]
    return value ? [{ name, value, without: { [name]: undefined } }] : []
  })
  const span = spanOf(search)
  const days = span === 'custom' && !search.from && !search.to
  return span && !days ? [{ name: 'when', value: span, without: NO_DAYS }, ...plain] : plain
}

export const NO_FILTERS: Partial<CallsSearch> = {
  ...NO_DAYS,
  q: undefined,
  direction: undefined,
  state: undefined,
  cause: undefined,
  bot: undefined,
}
