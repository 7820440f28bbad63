// Keeps the line that is heard in sight, unless somebody reads elsewhere.
import { useEffect, useRef, type RefObject } from 'react'

/** Who has scrolled by hand is left alone for so long. */
const READING_MS = 5000
/** Nearer to the end than this, one wants to see what comes. */
const NEAR_PX = 80

/** `current` ≥ 0: that line. A new `newest`: the end, if it was in sight. */
export function useFollowing(list: RefObject<HTMLOListElement | null>, current: number, newest: number) {
  const scroller = useRef<HTMLDivElement>(null)
  const touchedAt = useRef(-Infinity)
  const atEnd = useRef(true)
  useEffect(() => {
    const box = scroller.current
    if (!box) return undefined
    const touched = (event: Event) => {
      touchedAt.current = event.timeStamp
    }
    const scrolled = () => {
      atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX
    }
    for (const name of ['wheel', 'touchmove', 'keydown']) box.addEventListener(name, touched, { passive: true })
    box.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      for (const name of ['wheel', 'touchmove', 'keydown']) box.removeEventListener(name, touched)
      box.removeEventListener('scroll', scrolled)
    }
  })
  useEffect(() => {
    const box = scroller.current
    const line = list.current?.children[current] as HTMLElement | undefined
    if (!box || !line || performance.now() - touchedAt.current < READING_MS) return
    const top = line.offsetTop - box.offsetTop
    const inSight = top >= box.scrollTop + 24 && top + line.offsetHeight <= box.scrollTop + box.clientHeight - 24
    // Softly, as the style of the box says; at once for those who want no motion.
    if (!inSight) box.scrollTop = top - box.clientHeight / 3
  }, [list, current])
  useEffect(() => {
    const box = scroller.current
    if (newest > 0 && box && atEnd.current) box.scrollTop = box.scrollHeight
  }, [newest])
  return scroller
}
