// The keys of programs.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '@/shared/api'
import { usePages } from '../use-pages'

export type Key = Schema<'KeyOut'>

export function useKeys() {
  return usePages<Key>(['keys'], (cursor, signal) =>
    ask(api.GET('/api/keys', { params: { query: cursor ? { cursor } : {} }, signal })),
  )
}

/** What may be permitted, and what of it oneself can hand out. */
export function usePermissions() {
  return useQuery({
    queryKey: ['settings', 'permissions'],
    queryFn: ({ signal }) => ask(api.GET('/api/permissions', { signal })),
    staleTime: 60_000,
  })
}

function useChanging() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['settings', 'keys'] })
}

export function useMakeKey() {
  const settle = useChanging()
  return useMutation({
    mutationFn: (body: Schema<'KeyIn'>) => ask(api.POST('/api/keys', { body })),
    onSuccess: settle,
  })
}

export function useRevokeKey() {
  const settle = useChanging()
  return useMutation({
    mutationFn: (key: Key) => ask(api.DELETE('/api/keys/{row_id}', { params: { path: { row_id: key.id } } })),
    onSuccess: settle,
  })
}
