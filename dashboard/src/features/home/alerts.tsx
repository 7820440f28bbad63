// What people were told is wrong, and still is.
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ruleName, Severity, useOpenAlerts } from '@/shared/alerts'
import { useFormat } from '@/shared/format'
import { Ago, Answered, Panel } from '@/shared/ui'
import classes from './rows.module.css'

const SHOWN = 5

export function Alerts() {
  const { t, i18n } = useTranslation('home')
  const format = useFormat()
  const alerts = useOpenAlerts()
  return (
    <Panel title={t('alerts.title')} flush>
      <Answered query={alerts}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.alone}>{t('alerts.none')}</p>
          ) : (
            <ul className={classes.rows}>
              {items.slice(0, SHOWN).map((alert) => (
                <li key={alert.id} className={classes.row}>
                  <span className={classes.main}>
                    <strong>{ruleName(alert.rule_name, i18n.language)}</strong>
                    <span className={classes.about}>
                      {format.number(alert.value, 2)} ({alert.comparison} {format.number(alert.threshold, 2)}) ·{' '}
                      <Ago at={alert.raised_at} />
                    </span>
                  </span>
                  <Severity severity={alert.severity} />
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
      <p className={classes.more}>
        <Link to="/system">{t('alerts.more')}</Link>
      </p>
    </Panel>
  )
}
