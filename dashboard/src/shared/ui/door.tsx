// What the pages before signing in are made of: a card with a heading, a form, a refusal.
import { useEffect, type ReactNode, type SyntheticEvent } from 'react'
import classes from './door.module.css'
import { Logo } from './logo'

interface Props {
  title: string
  about?: ReactNode
  children?: ReactNode
}

export function Door({ title, about, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Centralita`
  }, [title])
  return (
    <div className={classes.card}>
      <Logo size={44} />
      <h1 className={classes.title} tabIndex={-1} data-page-heading>
        {title}
      </h1>
      {about && <p className={classes.about}>{about}</p>}
      {children}
    </div>
  )
}

/** Submits once at a time, and only what is allowed now. */
export function DoorForm({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      {children}
    </form>
  )
}

/** Something beneath the form. */
export function DoorNote({ children }: { children: ReactNode }) {
  return <p className={classes.aside}>{children}</p>
}

/** What is typed into a terminal. */
export function Command({ children }: { children: string }) {
  return <code className={classes.command}>{children}</code>
}
