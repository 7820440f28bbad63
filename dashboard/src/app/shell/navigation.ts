// The entries of the navigation: the pages that have a place in it and may be seen, in the order of the table.
import { useRouter } from '@tanstack/react-router'
import type { NavEntry, PageData } from '@/shared/page/page'
import { useMay } from '@/shared/session'

export interface Destination extends NavEntry {
  /** The path itself; the type is that of the plainest one, for none of them takes parameters. */
  path: '/'
  /** Only this very path is the page, not what lies below. */
  exact: boolean
}

export function useDestinations(): Destination[] {
  const { routesById } = useRouter()
  const may = useMay()
  const all = Object.values(routesById) as { fullPath: string; options: { staticData?: { page?: PageData } } }[]
  return all.flatMap(({ fullPath, options }) => {
    const { nav, needs } = options.staticData?.page ?? {}
    return nav && (!needs || may(needs)) ? [{ ...nav, path: fullPath as '/', exact: fullPath === '/' }] : []
  })
}
