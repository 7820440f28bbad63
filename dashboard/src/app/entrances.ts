// The table of the pages that people see before they have signed in.
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { sessionIfKnown } from '@/shared/api'
import { searchParams, text } from '@/shared/url'
import { page } from './page'
import type { doors } from './router'

/** Where nobody has an account there is nothing to sign in with: only the terminal's link helps. */
async function orWelcome(): Promise<void> {
  const session = await sessionIfKnown()
  if (session?.setup_needed) throw redirect({ to: '/welcome' })
}

export function entrances(parent: typeof doors) {
  const getParentRoute = () => parent
  return [
    createRoute({
      getParentRoute,
      path: '/sign-in',
      ...page('sign-in', lazyRouteComponent(() => import('@/features/sign-in'), 'Page')),
      validateSearch: searchParams({ next: text(2000) }),
      beforeLoad: orWelcome,
    }),
    createRoute({
      getParentRoute,
      path: '/welcome',
      ...page('welcome', lazyRouteComponent(() => import('@/features/welcome'), 'Page')),
    }),
    createRoute({
      getParentRoute,
      path: '/register',
      ...page('welcome', lazyRouteComponent(() => import('@/features/welcome'), 'Register')),
    }),
    createRoute({
      getParentRoute,
      path: '/accept-invitation',
      ...page('invitation', lazyRouteComponent(() => import('@/features/invitation'), 'Page')),
    }),
    createRoute({
      getParentRoute,
      path: '/forgot-password',
      ...page('forgot-password', lazyRouteComponent(() => import('@/features/forgot-password'), 'Page')),
    }),
    createRoute({
      getParentRoute,
      path: '/reset-password',
      ...page('reset-password', lazyRouteComponent(() => import('@/features/reset-password'), 'Page')),
    }),
  ] as const
}
