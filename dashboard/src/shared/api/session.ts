// Who is signed in, and how one signs in and out.
import { queryOptions } from '@tanstack/react-query'
import { keys } from '@/shared/query/keys'
import { api, ask } from './client'
import { isPassing } from './problem'

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => ask(api.GET('/api/auth/session', { signal })),
  staleTime: 60_000,
})

/** A page that has to be there when no control plane is does not wait longer for one. */
const SHORT_MS = 2000

/** The same where nobody may be there to ask; null: nobody can say. */
export async function sessionIfKnown() {
  try {
    return await ask(api.GET('/api/auth/session', { signal: AbortSignal.timeout(SHORT_MS) }))
  } catch (error) {
    if (isPassing(error)) return null
    throw error
  }
}

export async function signIn(token: string): Promise<void> {
  await ask(api.POST('/api/auth/login', { body: { token } }))
}

export async function signOut(): Promise<void> {
  await ask(api.POST('/api/auth/logout'))
}
