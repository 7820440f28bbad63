// Who looks at the page, what they may, and how they leave.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, keepFresh, markRenewed, NOBODY, sessionQuery, stateOf, type Me, type SessionState, type SignedIn } from '@/shared/api'
import { chooseLanguage } from '@/shared/i18n'

/** Null while nobody can say who it is. */
export function useMe(): Me | null {
  // As the guard of the pages knows it; nothing is asked here.
  const { data } = useQuery({ ...sessionQuery, enabled: false })
  return data?.user ?? null
}

/** Whether the person may; while nobody can say who it is, everything is shown and the gateway decides. */
export function mayIn(session: SessionState | null | undefined, permission: string): boolean {
  return session?.user ? session.user.permissions.includes(permission) : true
}

export function useMay(): (permission: string) => boolean {
  const { data } = useQuery({ ...sessionQuery, enabled: false })
  return (permission) => mayIn(data, permission)
}

/** Keeps who has just signed in, and speaks their language. */
export function useEntered(): (entered: SignedIn) => Promise<void> {
  const client = useQueryClient()
  const { i18n } = useTranslation()
  return async (entered) => {
    // Whatever was loaded before was somebody else's.
    client.clear()
    markRenewed()
    client.setQueryData(sessionQuery.queryKey, stateOf(entered))
    const { language } = entered.user
    if (language && language !== i18n.language) await chooseLanguage(i18n, language)
  }
}

const LOOK_MS = 30_000

/** While the page is looked at, its access does not run out. */
export function useFreshAccess(): void {
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') void keepFresh()
    }
    look()
    const timer = setInterval(look, LOOK_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
}

/** Signs out, of this browser or of all of them, and shows the page to sign in. */
export function useLeave() {
  const client = useQueryClient()
  const router = useRouter()
  return useMutation({
    mutationFn: (everywhere: boolean) =>
      ask(everywhere ? api.POST('/api/auth/logout-everywhere') : api.POST('/api/auth/logout')),
    onSuccess: async () => {
      client.clear()
      client.setQueryData(sessionQuery.queryKey, NOBODY)
      await router.navigate({ to: '/sign-in' })
    },
  })
}

/** What changed about oneself. */
export function useKeepMe(): (change: Partial<Me>) => void {
  const client = useQueryClient()
  return (change) => {
    client.setQueryData(sessionQuery.queryKey, (before) =>
      before?.user ? { ...before, user: { ...before.user, ...change } } : before,
    )
  }
}
