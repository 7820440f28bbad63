// The questions this page asks the API.
import { queryOptions } from '@tanstack/react-query'
import { api, ask, isPassing } from '@/shared/api'
import { keys } from '@/shared/query/keys'
import type { CallDetail } from './call-types'
import { recordingState } from './recording'

/** A recording that is being written is looked for at this pace. */
const RECORDING_MS = 2000
/** A call in progress whose events do not come is looked at anyway. */
const LIVE_MS = 15_000

/** When to ask for the call again, in ms; `now` (unix seconds) by the gateway's clock. */
export function nextLook(call: CallDetail | undefined, now: number): number | false {
  if (!call) return false
  const state = recordingState(call, now)
  if (state === 'coming') return RECORDING_MS
  return call.state === 'ended' ? false : LIVE_MS
}

export const callQuery = (id: string) =>
  queryOptions({
    queryKey: keys.call(id),
    queryFn: ({ signal }) => ask(api.GET('/api/calls/{call_id}', { params: { path: { call_id: id } }, signal })),
    meta: { live: true },
  })

export const outlineQuery = (id: string) =>
  queryOptions({
    queryKey: keys.waveform(id),
    queryFn: ({ signal }) =>
      ask(
        api.GET('/api/calls/{call_id}/waveform', {
          params: { path: { call_id: id }, query: { points: 2400 } },
          signal,
        }),
      ),
    // A recording does not change.
    staleTime: Infinity,
    retry: (failures, error) => failures < 2 && isPassing(error),
  })

/** What was given to the call to fill in. */
export const variablesQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.call(id), 'session'],
    queryFn: async ({ signal }) => {
      const session = await ask(api.GET('/api/sessions/{call_id}', { params: { path: { call_id: id } }, signal }))
      return { variables: session.variables, language: session.language }
    },
    staleTime: Infinity,
  })
