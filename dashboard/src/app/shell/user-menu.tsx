// Who is signed in; opened, it leads to one's account and out.
import { lazy, Suspense, useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/session'
import { PersonIcon } from '@/shared/ui/icons'
import classes from './header.module.css'
import own from './user-menu.module.css'

const UserPanel = lazy(() => import('./user-panel'))

export function UserMenu() {
  const { t } = useTranslation('app')
  const me = useMe()
  const id = useId()
  const [open, setOpen] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const outside = useEffectEvent((event: Event) => {
    if (event.target instanceof Node && !frame.current?.contains(event.target)) setOpen(false)
  })
  const escape = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    setOpen(false)
    button.current?.focus()
  })
  useEffect(() => {
    if (!open) return undefined
    const look = (event: Event) => outside(event)
    const press = (event: KeyboardEvent) => escape(event)
    document.addEventListener('pointerdown', look)
    document.addEventListener('focusin', look)
    document.addEventListener('keydown', press)
    return () => {
      document.removeEventListener('pointerdown', look)
      document.removeEventListener('focusin', look)
      document.removeEventListener('keydown', press)
    }
  }, [open])
  return (
    <div ref={frame} className={own.frame}>
      <button
        ref={button}
        type="button"
        className={classes.tool}
        aria-label={t('user.menu')}
        title={me?.name ?? t('user.menu')}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <PersonIcon />
      </button>
      {open && (
        <div id={id} className={own.panel}>
          <Suspense>
            <UserPanel onClose={() => setOpen(false)} />
          </Suspense>
        </div>
      )}
    </div>
  )
}
