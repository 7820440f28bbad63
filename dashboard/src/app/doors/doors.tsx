// The frame of the pages before signing in: language and colours, and the card in the middle.
import { Outlet } from '@tanstack/react-router'
import { LanguageSwitch, SchemeSwitch } from '../shell/switches'
import { useHeadingFocus } from '../shell/use-heading-focus'
import classes from './doors.module.css'


export function Doors() {
  useHeadingFocus()
  return (
    <div className={classes.frame}>
      <header className={classes.switches}>
        <LanguageSwitch />
        <SchemeSwitch />
      </header>
      <main className={classes.page}>
        <Outlet />
      </main>
    </div>
  )
}
