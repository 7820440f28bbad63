// The entries of the navigation: the pages that have a place in it, in the order of the table.
import { useRouter } from '@tanstack/react-router'
import type { NavEntry } from '@/shared/page/page'

export interface Destination extends NavEntry {
  /** The path itself; the type is that of the plainest one, for none of them takes parameters. */
  path: '/'
  /** Only this very path is the page, not what lies below. */
  exact: boolean
}

export function useDestinations(): Destination[] {
  const { routesById } = useRouter()
  const all = Object.values(routesById) as { fullPath: string; options: { staticData?: { page?: { nav?: NavEntry } } } }[]
  return all.flatMap(({ fullPath, options }) => {
    const nav = options.staticData?.page?.nav
    return nav ? [{ ...nav, path: fullPath as '/', exact: fullPath === '/' }] : []
  })
}
