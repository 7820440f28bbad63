// How answers of the API are kept, retried and given up.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isPassing, isSignedOut } from '@/shared/api'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: {
      /** Shows what happens now: asked again whenever the connection heals. */
      live?: boolean
    }
  }
}

const RETRIES = 2
const STALE_MS = 10_000

export function makeQueryClient(told: { onSignedOut: () => void }): QueryClient {
  const look = (error: unknown) => {
    if (isSignedOut(error)) told.onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError: look }),
    mutationCache: new MutationCache({ onError: look }),
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: (failures, error) => failures < RETRIES && isPassing(error),
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 4000),
        // The gateway is often on the same machine: it answers without the internet.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}

/** Asks again for everything that shows what happens now. */
export function refreshLive(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.meta?.live === true })
}
