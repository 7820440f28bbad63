// What is watched. Rules are changed over the API.
import { useTranslation } from 'react-i18next'
import { ruleName, Severity } from '@/shared/alerts'
import type { Schema } from '@/shared/api'
import { useFormat } from '@/shared/format'
import { Answered, Panel, StatusBadge } from '@/shared/ui'
import classes from './alerts.module.css'
import { useRules } from './use-health'

export function Rules() {
  const { t } = useTranslation('health')
  const rules = useRules()
  return (
    <Panel title={t('rules.title')} flush>
      <Answered query={rules}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.none}>{t('rules.none')}</p>
          ) : (
            <ul className={classes.list}>
              {items.map((rule) => (
                <Rule key={rule.id} rule={rule} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  )
}

function Rule({ rule }: { rule: Schema<'RuleOut'> }) {
  const { t, i18n } = useTranslation('health')
  const format = useFormat()
  const condition = `${rule.aggregation} ${rule.comparison} ${format.number(rule.threshold, 3)}`
  return (
    <li className={classes.alert}>
      <span className={classes.main}>
        <strong>{ruleName(rule.name, i18n.language)}</strong>
        <span className={classes.about}>
          {condition} · {t('rules.window', { time: format.spoken(rule.window_s) })}
        </span>
      </span>
      {rule.enabled ? <Severity severity={rule.severity} /> : <StatusBadge tone="idle">{t('rules.off')}</StatusBadge>}
    </li>
  )
}
