// What the page of the gateway's health asks for.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, askSidecar, type Schema } from '@/shared/api'
import { useGatewayClock } from '@/shared/live'
import { keys } from '@/shared/query/keys'

const STATUS_MS = 2000
const STATS_MS = 4000
const PROVIDERS_MS = 10_000
const DOCTOR_IDLE_MS = 30_000
const DOCTOR_BUSY_MS = 1000

/** `seenAt`: when the answer came, in seconds of the clock that ages are told by. */
export function useStatus() {
  const clock = useGatewayClock()
  return useQuery({
    queryKey: [...keys.health, 'status'],
    queryFn: async ({ signal }) => ({ ...(await askSidecar('/api/status', signal)), seenAt: clock() / 1000 }),
    refetchInterval: STATUS_MS,
    meta: { live: true },
  })
}

export function useStats() {
  return useQuery({
    queryKey: [...keys.health, 'stats'],
    queryFn: ({ signal }) => askSidecar('/api/stats', signal),
    refetchInterval: STATS_MS,
    meta: { live: true },
  })
}

export function useProviders() {
  return useQuery({
    queryKey: keys.providers,
    queryFn: ({ signal }) => ask(api.GET('/api/providers', { signal })),
    refetchInterval: PROVIDERS_MS,
    meta: { live: true },
  })
}

/** Open and resolved, newest first. */
export function useRecentAlerts() {
  return useQuery({
    queryKey: [...keys.alerts, 'recent'],
    queryFn: ({ signal }) =>
      // The description does not list the filters of this route.
      ask(api.GET('/api/alerts', { params: { query: { state: 'all', limit: 20 } as never }, signal })),
    refetchInterval: 30_000,
    meta: { live: true },
  })
}

export function useRules() {
  return useQuery({
    queryKey: [...keys.alerts, 'rules'],
    queryFn: ({ signal }) => ask(api.GET('/api/alerts/rules', { signal })),
  })
}

export function useChannels() {
  return useQuery({
    queryKey: [...keys.alerts, 'channels'],
    queryFn: ({ signal }) => ask(api.GET('/api/alerts/channels', { signal })),
  })
}

export function useSilences() {
  return useQuery({
    queryKey: [...keys.alerts, 'silences'],
    queryFn: ({ signal }) => ask(api.GET('/api/alerts/silences', { signal })),
    refetchInterval: 30_000,
    meta: { live: true },
  })
}

export function useSilence() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (silence: { rule_id: string; minutes: number }) =>
      ask(api.POST('/api/alerts/silences', { body: silence as Schema<'SilenceOut'> & { minutes: number } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.alerts }),
  })
}

export function useUnsilence() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      ask(api.DELETE('/api/alerts/silences/{silence_id}', { params: { path: { silence_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.alerts }),
  })
}

export function useTestChannels() {
  return useMutation({
    mutationFn: (channel: string) => ask(api.POST('/api/alerts/test', { body: { channel } })),
  })
}

export function useDoctor() {
  return useQuery({
    queryKey: keys.doctor,
    queryFn: ({ signal }) => ask(api.GET('/api/doctor', { signal })),
    refetchInterval: (query) => (query.state.data?.running ? DOCTOR_BUSY_MS : DOCTOR_IDLE_MS),
    meta: { live: true },
  })
}

export function useExamine() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => ask(api.POST('/api/doctor/run')),
    onSettled: () => client.invalidateQueries({ queryKey: keys.doctor }),
  })
}
