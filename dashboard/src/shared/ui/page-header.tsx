// The head of a page: its heading takes the focus when one comes to it, and names the tab of the browser.
import { useEffect, type ReactNode } from 'react'
import classes from './page-header.module.css'

interface Props {
  title: string
  /** One line beneath the title. */
  about?: ReactNode
  /** Buttons and filters at the right. */
  children?: ReactNode
}

/** Every page shows exactly one, also while it loads and when it failed. */
export function PageHeader({ title, about, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Centralita`
  }, [title])
  return (
    <div className={classes.header}>
      <div className={classes.words}>
        <h1 className={classes.title} tabIndex={-1} data-page-heading>
          {title}
        </h1>
        {about && <p className={classes.about}>{about}</p>}
      </div>
      {children && <div className={classes.actions}>{children}</div>}
    </div>
  )
}
