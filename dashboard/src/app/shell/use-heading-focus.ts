// Who goes to another page is told its heading: the focus moves there.
import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

export function useHeadingFocus(): void {
  const router = useRouter()
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return
        document.querySelector<HTMLElement>('[data-page-heading]')?.focus({ preventScroll: true })
      }),
    [router],
  )
}
