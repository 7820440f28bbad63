// The people of the company, and what can be done to them.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '@/shared/api'
import { usePages } from '../use-pages'

export type User = Schema<'UserOut'>
export type Role = Schema<'Role'>

export const ROLES = ['owner', 'admin', 'agent', 'viewer'] as const satisfies readonly Role[]

/** Nobody gives a role above their own. */
export function rolesFor(own: string | undefined): Role[] {
  return ROLES.filter((role) => role !== 'owner' || own === 'owner')
}

export function useUsers(q: string) {
  return usePages<User>(['users', q], (cursor, signal) =>
    ask(api.GET('/api/users', { params: { query: { ...(q && { q }), ...(cursor && { cursor }) } }, signal })),
  )
}

function useChanging() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['settings', 'users'] })
}

export function useInvite() {
  const settle = useChanging()
  return useMutation({
    mutationFn: (body: Schema<'UserInviteIn'>) => ask(api.POST('/api/users/invite', { body })),
    onSuccess: settle,
  })
}

export type Deed =
  | { do: 'change'; change: { role?: Role; status?: 'active' | 'disabled' } }
  | { do: 'invite' }
  | { do: 'signOut' }
  | { do: 'remove' }

function done(user: User, deed: Deed): Promise<unknown> {
  const params = { path: { row_id: user.id } }
  const header = { 'If-Match': `"${user.version}"` }
  switch (deed.do) {
    case 'change':
      return ask(api.PATCH('/api/users/{row_id}', { params: { ...params, header }, body: deed.change }))
    case 'invite':
      return ask(api.POST('/api/users/{row_id}/invite', { params }))
    case 'signOut':
      return ask(api.POST('/api/users/{row_id}/sign-out', { params }))
    case 'remove':
      return ask(api.DELETE('/api/users/{row_id}', { params: { ...params, header } }))
  }
}

export function useDeed(user: User) {
  const settle = useChanging()
  return useMutation({ mutationFn: (deed: Deed) => done(user, deed), onSuccess: settle })
}
