// The frame of all pages: navigation, header, the page, and what listens for the whole of it.
import { useQuery } from '@tanstack/react-query'
import { useMediaQuery } from '@mantine/hooks'
import { Outlet, useMatches, useRouteContext, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sessionQuery } from '@/shared/api'
import { useStoredSwitch } from '@/shared/hooks/stored'
import { LiveProvider } from '@/shared/live'
import { useFreshAccess, useMay } from '@/shared/session'
import { Broken } from './connection-light'
import { Critical } from './critical'
import { Header } from './header'
import { BottomBar, Sidebar } from './nav'
import classes from './shell.module.css'
import { useHeadingFocus } from './use-heading-focus'
import { useShortcuts } from './use-shortcuts'

const Forbidden = lazy(() => import('./forbidden'))
const ShortcutHelp = lazy(() => import('./shortcut-help'))
const Notices = lazy(() => import('@/shared/ui/notices'))

/** The width below which the styles show a phone. */
const PHONE = '(max-width: 48em)'

export function Shell() {
  const { openEvents } = useRouteContext({ from: '/shell' })
  return (
    <LiveProvider open={openEvents}>
      <Frame />
    </LiveProvider>
  )
}

/** Leaves for the sign-in page when the session is over. */
function useGuard(): void {
  const router = useRouter()
  const { data } = useQuery(sessionQuery)
  const over = data?.signed_in === false
  useEffect(() => {
    if (over) void router.invalidate()
  }, [over, router])
}

function Frame() {
  const { t } = useTranslation('app')
  const [narrow, setNarrow] = useStoredSwitch('centralita.narrow', false)
  const [help, setHelp] = useState(false)
  const phone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  const may = useMay()
  useGuard()
  useFreshAccess()
  useHeadingFocus()
  useShortcuts(() => setHelp(true))
  return (
    <div className={classes.frame} data-narrow={narrow || undefined}>
      <a href="#page" className={classes.skip}>
        {t('skip')}
      </a>
      {!phone && <Sidebar narrow={narrow} onNarrow={setNarrow} />}
      <div className={classes.column}>
        <Header onHelp={() => setHelp(true)} />
        <Broken />
        {may('system:read') && <Critical />}
        <main id="page" className={classes.page} tabIndex={-1}>
          <Permitted />
        </main>
      </div>
      {phone && <BottomBar />}
      <Suspense>
        {help && <ShortcutHelp onClose={() => setHelp(false)} />}
        <Notices />
      </Suspense>
    </div>
  )
}

/** The page, or what is missing to see it. */
function Permitted() {
  const may = useMay()
  const needs = useMatches({ select: (matches) => matches.at(-1)?.staticData.page?.needs })
  if (!needs || may(needs)) return <Outlet />
  return (
    <Suspense>
      <Forbidden needs={needs} />
    </Suspense>
  )
}
