// The alerts that are open now.
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '@/shared/api'
import { useLive } from '@/shared/live'
import { keys } from '@/shared/query/keys'
import type { Tone } from '@/shared/ui'

export type Alert = Schema<'AlertOut'>

export const SEVERITY_TONE: Record<Alert['severity'], Tone> = { info: 'info', warning: 'warn', critical: 'bad' }

export const openAlertsQuery = queryOptions({
  queryKey: [...keys.alerts, 'open'],
  queryFn: ({ signal }) => ask(api.GET('/api/alerts', { signal })),
  // Other processes tell their alerts over the database alone when there is no bus between them.
  refetchInterval: 15_000,
  meta: { live: true },
})

/** Asked again as soon as one is raised or resolved. */
export function useOpenAlerts() {
  const client = useQueryClient()
  useLive('alert', () => void client.invalidateQueries({ queryKey: keys.alerts }))
  return useQuery(openAlertsQuery)
}
