// What the first page asks for.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, ask, askSidecar } from '@/shared/api'
import { useLive } from '@/shared/live'
import { keys } from '@/shared/query/keys'

const OVERVIEW_MS = 5000
const HEALTH_MS = 3000
const CALLBACKS_MS = 15_000
/** Several calls that change at once are one reason to ask again. */
const SETTLE_MS = 400

const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** Today by the clock of this browser; anew every few seconds, and when a call changes. */
export function useOverview() {
  const overview = useQuery({
    queryKey: keys.overview,
    queryFn: ({ signal }) => ask(api.GET('/api/overview', { params: { query: { zone: zone() } }, signal })),
    refetchInterval: OVERVIEW_MS,
    meta: { live: true },
  })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useLive('call.state', () => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void overview.refetch({ cancelRefetch: false }), SETTLE_MS)
  })
  return overview
}

export function useProcesses() {
  return useQuery({
    queryKey: [...keys.health, 'combined'],
    queryFn: ({ signal }) => askSidecar('/api/health/combined', signal),
    refetchInterval: HEALTH_MS,
    meta: { live: true },
  })
}

/** Whether there was ever a call; asked only when it is in doubt. */
export function useEverCalled(enabled: boolean) {
  return useQuery({
    queryKey: ['calls', 'any'],
    queryFn: ({ signal }) => ask(api.GET('/api/calls', { params: { query: { limit: 1 } }, signal })),
    select: ({ items }) => items.length > 0,
    enabled,
  })
}

const openCallbacks = [...keys.callbacks, 'open']

export function useCallbacks() {
  return useQuery({
    queryKey: openCallbacks,
    queryFn: ({ signal }) => ask(api.GET('/api/callbacks', { params: { query: { open: true } }, signal })),
    refetchInterval: CALLBACKS_MS,
    meta: { live: true },
  })
}

export function useCalledBack() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      ask(api.POST('/api/callbacks/{callback_id}/done', { params: { path: { callback_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.callbacks }),
  })
}

/** The carrier that is configured, for its webhook's address. */
export function useCarrier(enabled: boolean) {
  return useQuery({
    queryKey: keys.providers,
    queryFn: ({ signal }) => ask(api.GET('/api/providers', { signal })),
    select: ({ items }) => items.find((each) => each.kind === 'carrier' && each.name)?.name ?? '',
    enabled,
  })
}
