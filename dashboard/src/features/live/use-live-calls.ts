// Keeps the calls right: events as they come, the list at first, every few seconds and after a break.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import { api, ask } from '@/shared/api'
import { useConnection, useGatewayClock, useLive } from '@/shared/live'
import { keys } from '@/shared/query/keys'
import type { Action } from './calls'
import { CallStore } from './store'

const TIDY_MS = 1000
/** Also for calls of processes whose events do not come here. */
const LIST_MS = 5000

export function useLiveCalls(open: string | undefined) {
  const [store] = useState(() => new CallStore())
  const clock = useGatewayClock()
  const { state: connection } = useConnection()
  const list = useQuery({
    queryKey: [...keys.liveCalls, 'at'],
    queryFn: async ({ signal }) => {
      const since = store.latest().seq
      const { items } = await ask(api.GET('/api/calls/live', { signal }))
      return { since, items }
    },
    refetchInterval: LIST_MS,
    // `since` belongs to this page's count of events: an answer does not outlive the page.
    gcTime: 0,
    staleTime: 0,
    meta: { live: true },
  })

  const tell = (action: Extract<Action, { event: unknown }>) => {
    store.dispatch(action)
    const call = store.latest().byId.get(action.event.call_id)
    if (call && !call.known) void list.refetch({ cancelRefetch: false })
  }
  const now = () => clock() / 1000
  useLive('call.state', (event) => tell({ type: 'call.state', at: now(), event }))
  useLive('call.words', (event) => tell({ type: 'call.words', at: now(), event }))
  useLive('call.turn', (event) => tell({ type: 'call.turn', at: now(), event }))
  useLive('call.barge_in', (event) => tell({ type: 'call.barge_in', at: now(), event }))

  const answered = list.data
  useEffect(() => {
    if (answered) store.dispatch({ type: 'list', at: clock() / 1000, ...answered })
  }, [answered, clock, store])
  useEffect(() => {
    if (connection === 'broken') store.dispatch({ type: 'broken' })
  }, [connection, store])
  const tidy = useEffectEvent(() => store.dispatch({ type: 'tidy', at: now(), keep: open }))
  useEffect(() => {
    const timer = setInterval(() => tidy(), TIDY_MS)
    return () => clearInterval(timer)
  }, [])
  return { store, list }
}

/** What the gateway has stored of one call, put into the store. */
export function useCallDetail(store: CallStore, id: string) {
  const clock = useGatewayClock()
  const detail = useQuery({
    queryKey: [...keys.call(id), 'at'],
    queryFn: async ({ signal }) => {
      const since = store.latest().seq
      return { since, call: await ask(api.GET('/api/calls/{call_id}', { params: { path: { call_id: id } }, signal })) }
    },
    gcTime: 0,
    staleTime: 0,
    meta: { live: true },
  })
  const answered = detail.data
  useEffect(() => {
    if (answered) store.dispatch({ type: 'detail', at: clock() / 1000, ...answered })
  }, [answered, clock, store])
  return detail
}
