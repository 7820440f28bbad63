// The table of the pages. A page is a folder in features and an entry here; its place in the list is its place in the navigation.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { read as readCalls } from '@/features/calls/search'
import { read as readSettings } from '@/features/settings/search'
import { CallsIcon, HealthIcon, HomeIcon, LiveIcon, SettingsIcon } from '@/shared/ui/icons'
import { page } from './page'
import type { shell } from './router'

export function pages(parent: typeof shell) {
  const getParentRoute = () => parent
  return [
    createRoute({
      getParentRoute,
      path: '/',
      ...page('home', lazyRouteComponent(() => import('@/features/home'), 'Page'), {
        textKey: 'app:nav.home',
        icon: HomeIcon,
        letter: 'h',
      }),
    }),
    createRoute({
      getParentRoute,
      path: '/live',
      ...page('live', lazyRouteComponent(() => import('@/features/live'), 'Page'), {
        textKey: 'app:nav.live',
        icon: LiveIcon,
        letter: 'l',
      }, 'calls:read'),
    }),
    createRoute({
      getParentRoute,
      path: '/calls',
      validateSearch: readCalls,
      ...page('calls', lazyRouteComponent(() => import('@/features/calls'), 'Page'), {
        textKey: 'app:nav.calls',
        icon: CallsIcon,
        letter: 'c',
      }, 'calls:read'),
    }),
    createRoute({
      getParentRoute,
      path: '/calls/$callId',
      ...page('call', lazyRouteComponent(() => import('@/features/call'), 'Page'), undefined, 'calls:read'),
    }),
    createRoute({
      getParentRoute,
      // `/health` and `/metrics` are answered by the gateway itself, not by the dashboard.
      path: '/system',
      ...page('health', lazyRouteComponent(() => import('@/features/health'), 'Page'), {
        textKey: 'app:nav.health',
        icon: HealthIcon,
        letter: 's',
      }, 'system:read'),
    }),
    createRoute({
      getParentRoute,
      path: '/settings',
      validateSearch: readSettings,
      ...page('settings', lazyRouteComponent(() => import('@/features/settings'), 'Page'), {
        textKey: 'app:nav.settings',
        icon: SettingsIcon,
        letter: 't',
      }, 'settings:write'),
    }),
    createRoute({
      getParentRoute,
      path: '/account',
      ...page('account', lazyRouteComponent(() => import('@/features/account'), 'Page')),
    }),
  ] as const
}
