// The line above every page: whether it is live, how it is shown, and who looks at it.
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Logo } from '@/shared/ui'
import { KeyboardIcon } from '@/shared/ui/icons'
import { ConnectionLight } from './connection-light'
import classes from './header.module.css'
import { LanguageSwitch, SchemeSwitch } from './switches'
import { UserMenu } from './user-menu'

export function Header({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation('app')
  return (
    <header className={classes.header}>
      <Link to="/" className={classes.mark} aria-label="Centralita">
        <Logo size={24} />
      </Link>
      <ConnectionLight />
      <div className={classes.tools}>
        <LanguageSwitch />
        <SchemeSwitch />
        <button
          type="button"
          className={`${classes.tool} ${classes.keys}`}
          aria-label={t('shortcuts.title')}
          title={`${t('shortcuts.title')} (?)`}
          onClick={onHelp}
        >
          <KeyboardIcon />
        </button>
        <UserMenu />
      </div>
    </header>
  )
}
