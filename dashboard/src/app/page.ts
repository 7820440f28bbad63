// What all pages have in common as routes: their texts are there before they are shown.
import type { AsyncRouteComponent } from '@tanstack/react-router'
import type { NavEntry, PageData } from '@/shared/page/page'
import type { RouterContext } from './router'

type PageComponent = AsyncRouteComponent<Record<string, never>>

export function page(feature: string, component: PageComponent, nav?: NavEntry, needs?: string) {
  const data: PageData = { feature, nav, needs }
  return {
    component,
    staticData: { page: data },
    loader: async ({ context }: { context: RouterContext }) => {
      await context.i18n.loadNamespaces(feature)
    },
  }
}
