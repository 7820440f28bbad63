// Who is signed in.
import { queryOptions } from '@tanstack/react-query'
import { keys } from '@/shared/query/keys'
import { api, ask } from './client'
import { isPassing, isSignedOut } from './problem'
import { renew, type SignedIn } from './renewal'
import type { components } from './schema'

export type SessionState = components['schemas']['SessionState']
export type Me = components['schemas']['Me']

/** What is known after signing out. */
export const NOBODY: SessionState = {
  signed_in: false,
  expires: null,
  refreshable: false,
  setup_needed: false,
  registration: 'closed',
  user: null,
}

/** What is known after signing in. */
export function stateOf({ user, expires }: SignedIn): SessionState {
  return { ...NOBODY, signed_in: true, expires, user }
}

async function known(signal: AbortSignal): Promise<SessionState> {
  const state = await ask(api.GET('/api/auth/session', { signal }))
  if (state.signed_in || !state.refreshable) return state
  try {
    return { ...state, ...stateOf(await renew()) }
  } catch (error) {
    if (isSignedOut(error)) return { ...state, refreshable: false }
    throw error
  }
}

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => known(signal),
  staleTime: 60_000,
})

/** A page that has to be there when no control plane is does not wait longer for one. */
const SHORT_MS = 2000

/** The same where nobody may be there to ask; null: nobody can say. */
export async function sessionIfKnown(): Promise<SessionState | null> {
  try {
    return await known(AbortSignal.timeout(SHORT_MS))
  } catch (error) {
    if (isPassing(error)) return null
    throw error
  }
}
