// What is shown over a page gives the focus back to where it was, when it goes.
import { useEffect, useState } from 'react'

export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      // After the focus trap has let go.
      setTimeout(() => before instanceof HTMLElement && before.isConnected && before.focus({ preventScroll: true }))
    },
    [before],
  )
}
