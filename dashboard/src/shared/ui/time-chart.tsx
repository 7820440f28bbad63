// Figures over time. The drawing is loaded when it is shown; its figures are there as a table for everybody.
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import classes from './time-chart.module.css'

const Plot = lazy(() => import('./time-chart-plot'))

export interface Series {
  label: string
  /** One value for each time; null leaves a gap. */
  values: readonly (number | null)[]
  tone?: 'accent' | 'ok' | 'warn' | 'bad' | 'info' | 'idle'
}

export interface TimeChartProps {
  title: string
  /** Unix seconds. */
  times: readonly number[]
  series: readonly Series[]
  format?: (value: number) => string
  height?: number
}

export function TimeChart(props: TimeChartProps) {
  const { t } = useTranslation('shared')
  const [asTable, setAsTable] = useState(false)
  const height = props.height ?? 180
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span>{props.title}</span>
        <button type="button" className={classes.toggle} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t('chart.table')}
        </button>
      </figcaption>
      {asTable ? (
        <ChartTable {...props} />
      ) : (
        <div style={{ minHeight: height }} role="img" aria-label={t('chart.label', { title: props.title })}>
          <Suspense>
            <Plot {...props} height={height} />
          </Suspense>
        </div>
      )}
    </figure>
  )
}

function ChartTable({ title, times, series, format }: TimeChartProps) {
  const { t } = useTranslation('shared')
  const words = useFormat()
  const shown = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : (format ?? words.number)(value)
  return (
    // A region that scrolls is reached with the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} role="region" aria-label={title} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('chart.time')}</th>
            {series.map((each) => (
              <th key={each.label} scope="col">
                {each.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((at, row) => (
            <tr key={at}>
              <th scope="row">{words.dateTime(at)}</th>
              {series.map((each) => (
                <td key={each.label}>{shown(each.values[row])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
