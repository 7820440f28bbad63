// The only way to the API: `await ask(api.GET('/api/calls', { params, signal }))`.
import createClient, { type FetchResponse } from 'openapi-fetch'
import { problemOf, problemOfFailure } from './problem'
import { fetchRenewed } from './renewal'
import type { paths } from './schema'

/** Longer than any answer of the gateway takes; a request that hangs is told as such. */
const TIMEOUT_MS = 10_000

export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  credentials: 'same-origin',
  headers: { Accept: 'application/json' },
  fetch: (request) => fetchRenewed(request, TIMEOUT_MS),
})

type Answer<Data> = Promise<
  Pick<FetchResponse<Record<string | number, never>, unknown, 'application/json'>, 'response'> & {
    data?: Data
    error?: unknown
  }
>

/** The data of the answer. Throws ApiProblem. */
export async function ask<Data>(answer: Answer<Data>): Promise<Data> {
  const { data, error, response } = await answer.catch((failure: unknown) => {
    throw problemOfFailure(failure)
  })
  if (!response.ok) throw problemOf(response, error)
  return data as Data
}
