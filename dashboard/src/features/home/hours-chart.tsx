// Calls of today by the hour: bars, or the same figures as a table.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Panel } from '@/shared/ui'
import { useFormat } from '@/shared/format'
import { scaleTo, type Hour } from './day'
import classes from './hours-chart.module.css'

export function HoursChart({ hours }: { hours: readonly Hour[] }) {
  const { t } = useTranslation('home')
  const [asTable, setAsTable] = useState(false)
  const toggle = (
    <button type="button" className={classes.toggle} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
      {t('shared:chart.table')}
    </button>
  )
  return (
    <Panel title={t('hours.title')} actions={toggle}>
      {asTable ? <HoursTable hours={hours} /> : <Bars hours={hours} />}
    </Panel>
  )
}

function useHourWords(): (start: number) => string {
  const { i18n } = useTranslation()
  const format = new Intl.DateTimeFormat(i18n.language, { hour: 'numeric', minute: '2-digit' })
  return (start) => format.format(start * 1000)
}

function Bars({ hours }: { hours: readonly Hour[] }) {
  const { t } = useTranslation('home')
  const words = useHourWords()
  const format = useFormat()
  const scale = scaleTo(Math.max(0, ...hours.map((hour) => hour.calls)))
  const share = (count: number) => `${(100 * count) / scale}%`
  return (
    <figure className={classes.figure}>
      <div className={classes.plot} role="img" aria-label={t('shared:chart.label', { title: t('hours.title') })}>
        {[1, 0.5, 0].map((at) => (
          <span key={at} className={classes.grid} style={{ bottom: `${100 * at}%` }}>
            {format.number(scale * at)}
          </span>
        ))}
        <div className={classes.bars}>
          {hours.map((hour) => (
            <div
              key={hour.start}
              className={classes.hour}
              data-ahead={hour.ahead || undefined}
              title={`${words(hour.start)} · ${t('hours.calls', { count: hour.calls })} · ${t('hours.answeredCount', { count: hour.answered })}`}
            >
              {hour.calls > hour.answered && (
                <div className={classes.missed} style={{ height: share(hour.calls - hour.answered) }} />
              )}
              {hour.answered > 0 && <div className={classes.answered} style={{ height: share(hour.answered) }} />}
            </div>
          ))}
        </div>
      </div>
      <div className={classes.axis} aria-hidden="true">
        {hours.filter((_, at) => at % 6 === 0).map((hour) => (
          <span key={hour.start}>{words(hour.start)}</span>
        ))}
      </div>
      <figcaption className={classes.legend}>
        <span className={classes.key} data-kind="answered">
          {t('hours.answered')}
        </span>
        <span className={classes.key} data-kind="missed">
          {t('hours.other')}
        </span>
      </figcaption>
    </figure>
  )
}

function HoursTable({ hours }: { hours: readonly Hour[] }) {
  const { t } = useTranslation('home')
  const words = useHourWords()
  const format = useFormat()
  return (
    // A region that scrolls is reached with the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} role="region" aria-label={t('hours.table')} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('hours.hour')}</th>
            <th scope="col">{t('hours.all')}</th>
            <th scope="col">{t('hours.answered')}</th>
          </tr>
        </thead>
        <tbody>
          {hours
            .filter((hour) => !hour.ahead)
            .map((hour) => (
              <tr key={hour.start}>
                <th scope="row">{words(hour.start)}</th>
                <td>{format.number(hour.calls)}</td>
                <td>{format.number(hour.answered)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
