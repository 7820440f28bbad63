// Why the calls of today ended; each leads to its calls.
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import { useFormat } from '@/shared/format'
import { HangupCause, Panel } from '@/shared/ui'
import classes from './causes.module.css'

export function Causes({ causes }: { causes: readonly Schema<'CauseOut'>[] }) {
  const { t } = useTranslation('home')
  const format = useFormat()
  const most = Math.max(1, ...causes.map((each) => each.count))
  return (
    <Panel title={t('causes.title')}>
      {causes.length === 0 && <p className={classes.none}>{t('causes.none')}</p>}
      <ul className={classes.list}>
        {causes.map(({ cause, count }) => (
          <li key={cause}>
            <Link to="/calls" search={{ cause, when: 'today' }} className={classes.cause}>
              <HangupCause cause={cause} />
              <span className={classes.count}>{format.number(count)}</span>
              <span className={classes.bar} style={{ width: `${(100 * count) / most}%` }} />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
