// Stands above every page while a critical alert is open and nobody has silenced it.
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ruleName, useOpenAlerts } from '@/shared/alerts'
import { WarnIcon } from '@/shared/ui/icons'
import classes from './critical.module.css'

export function Critical() {
  const { t, i18n } = useTranslation('app')
  const alerts = useOpenAlerts()
  const critical = (alerts.data?.items ?? []).filter((each) => each.severity === 'critical' && !each.silenced)
  if (critical.length === 0) return null
  const names = [...new Set(critical.map((each) => ruleName(each.rule_name, i18n.language)))]
  return (
    <div className={classes.critical} role="alert">
      <WarnIcon size={16} />
      <span>{t('critical.what', { names: names.join(', ') })}</span>
      <Link to="/system">{t('critical.look')}</Link>
    </div>
  )
}
