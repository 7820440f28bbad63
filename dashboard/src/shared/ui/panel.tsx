// A titled part of a page.
import { useId, type ReactNode } from 'react'
import classes from './panel.module.css'

interface Props {
  title: string
  actions?: ReactNode
  /** Tables and charts reach the edges. */
  flush?: boolean
  children: ReactNode
}

export function Panel({ title, actions, flush = false, children }: Props) {
  const id = useId()
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <div className={classes.head}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        {actions}
      </div>
      <div className={flush ? undefined : classes.body}>{children}</div>
    </section>
  )
}
