// Alerts: what is open, what was, what is watched, and who is told.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ruleName, Severity, useOpenAlerts, type Alert } from '@/shared/alerts'
import { useFormat } from '@/shared/format'
import { Ago, Answered, DataTable, Moment, Panel, StatusBadge, useProblemText, type DataColumn } from '@/shared/ui'
import classes from './alerts.module.css'
import { Channels } from './channels'
import { Rules } from './rules'
import { Silences } from './silences'
import { useRecentAlerts, useSilence } from './use-health'

const SILENCE_MINUTES = 60

/** What is wrong now comes first on the page: notices lead here. */
export function OpenAlerts() {
  const { t } = useTranslation('health')
  const open = useOpenAlerts()
  return (
    <Panel title={t('alerts.open')} flush>
      <Answered query={open}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.none}>{t('alerts.none')}</p>
          ) : (
            <ul className={classes.list}>
              {items.map((alert) => (
                <OpenAlert key={alert.id} alert={alert} />
              ))}
            </ul>
          )
        }
      </Answered>
      <Silences />
    </Panel>
  )
}

export function Watch() {
  const recent = useRecentAlerts()
  return (
    <div className={classes.parts}>
      <Answered query={recent}>{({ items }) => <Recent alerts={items.filter((each) => each.state === 'resolved')} />}</Answered>
      <div className={classes.columns}>
        <Rules />
        <Channels />
      </div>
    </div>
  )
}

function OpenAlert({ alert }: { alert: Alert }) {
  const { t, i18n } = useTranslation('health')
  const silence = useSilence()
  const failed = useProblemText(silence.error)
  const name = ruleName(alert.rule_name, i18n.language)
  return (
    <li className={classes.alert}>
      <Severity severity={alert.severity} />
      <span className={classes.main}>
        <strong>{name}</strong>
        <span className={classes.about}>
          <Value alert={alert} /> · {alert.node} · <Ago at={alert.raised_at} />
        </span>
        {silence.error && <span role="alert">{failed.title}</span>}
      </span>
      {alert.silenced ? (
        <StatusBadge tone="idle">{t('alerts.silenced')}</StatusBadge>
      ) : (
        <Button
          size="xs"
          variant="default"
          loading={silence.isPending}
          aria-label={t('alerts.silenceFor', { name })}
          onClick={() => silence.mutate({ rule_id: alert.rule_id, minutes: SILENCE_MINUTES })}
        >
          {t('alerts.silence')}
        </Button>
      )}
    </li>
  )
}

function Value({ alert }: { alert: Alert }) {
  const format = useFormat()
  const labels = Object.values(alert.labels).join(', ')
  return (
    <>
      {labels && `${labels}: `}
      {format.number(alert.value, 3)} ({alert.comparison} {format.number(alert.threshold, 3)})
    </>
  )
}

function Recent({ alerts }: { alerts: readonly Alert[] }) {
  const { t, i18n } = useTranslation('health')
  if (alerts.length === 0) return null
  const columns: DataColumn<Alert>[] = [
    { id: 'rule', label: t('alerts.rule'), cell: (each) => ruleName(each.rule_name, i18n.language), phone: 'title' },
    { id: 'severity', label: t('alerts.severity'), cell: (each) => <Severity severity={each.severity} /> },
    { id: 'value', label: t('alerts.value'), cell: (each) => <Value alert={each} /> },
    { id: 'from', label: t('alerts.raised'), cell: (each) => <Moment at={each.raised_at} />, sortBy: (each) => each.raised_at },
    { id: 'to', label: t('alerts.resolved'), cell: (each) => <Moment at={each.resolved_at} /> },
  ]
  return (
    <section aria-label={t('alerts.recent')}>
      <h2 className={classes.heading}>{t('alerts.recent')}</h2>
      <DataTable label={t('alerts.recent')} columns={columns} rows={alerts} rowId={(each) => each.id} empty={null} />
    </section>
  )
}
