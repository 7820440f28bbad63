// The router: the guard of the pages, and what stands where a page cannot be shown.
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type RouterHistory,
} from '@tanstack/react-router'
import type { i18n as I18n } from 'i18next'
import { sessionIfKnown, sessionQuery } from '@/shared/api'
import type { EventSourceLike } from '@/shared/live'
import { safeReturn } from '@/shared/url'
import { entrances } from './entrances'
import { pages } from './pages'
import { NotFound, PageError, PagePending } from './page-states'
import { Shell } from './shell/shell'

export interface RouterContext {
  client: QueryClient
  i18n: I18n
  openEvents?: () => EventSourceLike
}

const root = createRootRouteWithContext<RouterContext>()({ notFoundComponent: NotFound })

export const doors = createRoute({
  getParentRoute: () => root,
  id: 'doors',
  component: lazyRouteComponent(() => import('./doors/doors'), 'Doors'),
})

/** Shown also when nobody can say who is signed in: the sidecar looks at the session itself. */
const WITHOUT_CONTROL_PLANE = '/system'

async function sessionFor(path: string, client: QueryClient) {
  // What is known is enough here: the shell keeps asking, and leaves when the session is over.
  const known = client.getQueryData(sessionQuery.queryKey)
  if (known) return known
  return path === WITHOUT_CONTROL_PLANE ? sessionIfKnown() : client.query(sessionQuery)
}

export const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await sessionFor(location.pathname, context.client)
    if (!session || session.signed_in) return
    if (session.setup_needed) throw redirect({ to: '/welcome' })
    const back = safeReturn(location.href)
    throw redirect({ to: '/sign-in', search: back === '/' ? {} : { next: back } })
  },
})

const tree = root.addChildren([doors.addChildren(entrances(doors)), shell.addChildren(pages(shell))])

export function makeRouter(context: RouterContext, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    context,
    history,
    defaultPreload: 'intent',
    // Answers are kept by the queries, not by the router.
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageError,
    defaultPendingComponent: PagePending,
    defaultPendingMs: 300,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })
}

export type AppRouter = ReturnType<typeof makeRouter>

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter
  }
}
