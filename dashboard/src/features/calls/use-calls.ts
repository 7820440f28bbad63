// The calls that were asked for, page by page, kept true while calls change.
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, ask } from '@/shared/api'
import { useLive } from '@/shared/live'
import { keys } from '@/shared/query/keys'
import type { CallsQuery } from './filters'

const PAGE = 50
/** Many calls change within a second when much goes on; the list follows at this pace. */
const PACE_MS = 2000

const callsQuery = (query: CallsQuery) =>
  infiniteQueryOptions({
    queryKey: keys.calls(query),
    queryFn: ({ signal, pageParam }) =>
      ask(api.GET('/api/calls', { params: { query: { ...query, limit: PAGE, cursor: pageParam || undefined } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
    meta: { live: true },
  })

export function useCalls(query: CallsQuery) {
  const client = useQueryClient()
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(waiting.current), [])
  useLive('call.state', () => {
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined
      void client.invalidateQueries({ queryKey: keys.calls({}).slice(0, 2) })
    }, PACE_MS)
  })
  return useInfiniteQuery(callsQuery(query))
}
