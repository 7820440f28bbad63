// The parameters of a page as state: what is chosen is in the address, so it can be shared and gone back to.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'

/** `[state, change]`; `change({ q: undefined })` takes a parameter away. Changing replaces the entry of the history. */
export function useUrlState<S extends object>(
  read: (raw: Record<string, unknown>) => S,
): [S, (change: Partial<S>, how?: { push?: boolean }) => void] {
  const raw: object = useSearch({ strict: false })
  const navigate = useNavigate()
  const state = useMemo(() => read({ ...raw }), [read, raw])
  const change = (to: Partial<S>, how: { push?: boolean } = {}) => {
    const search = ((before: Record<string, unknown>) => ({ ...before, ...to })) as never
    void navigate({ to: '.', search, replace: !how.push, resetScroll: false })
  }
  return [state, change]
}
