// Where one can go: at the side, or at the bottom of a phone.
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Logo } from '@/shared/ui'
import { CollapseIcon } from '@/shared/ui/icons'
import classes from './nav.module.css'
import { useDestinations, type Destination } from './navigation'

function Entry({ to, titled }: { to: Destination; titled?: boolean }) {
  const { t } = useTranslation('app')
  const name = t(to.textKey)
  return (
    <li>
      <Link
        to={to.path}
        className={classes.link}
        activeOptions={{ exact: to.exact }}
        title={titled ? name : undefined}
      >
        <to.icon />
        <span className={classes.name}>{name}</span>
      </Link>
    </li>
  )
}

export function Sidebar({ narrow, onNarrow }: { narrow: boolean; onNarrow: (narrow: boolean) => void }) {
  const { t } = useTranslation('app')
  const all = useDestinations()
  return (
    <nav className={classes.sidebar} data-narrow={narrow || undefined} aria-label={t('nav.label')}>
      <Link to="/" className={classes.brand} aria-label="Centralita">
        <Logo />
        <span className={classes.name}>Centralita</span>
      </Link>
      <ul className={classes.list}>
        {all.map((to) => (
          <Entry key={to.path} to={to} titled={narrow} />
        ))}
      </ul>
      <button
        type="button"
        className={classes.collapse}
        aria-pressed={narrow}
        aria-label={t('nav.collapse')}
        title={t('nav.collapse')}
        onClick={() => onNarrow(!narrow)}
      >
        <CollapseIcon />
      </button>
    </nav>
  )
}

export function BottomBar() {
  const { t } = useTranslation('app')
  const all = useDestinations()
  return (
    <nav className={classes.bottom} aria-label={t('nav.label')}>
      <ul>
        {all.map((to) => (
          <Entry key={to.path} to={to} />
        ))}
      </ul>
    </nav>
  )
}
