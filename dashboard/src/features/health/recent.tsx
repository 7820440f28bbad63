// How the whole did in the last ten minutes.
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { Sparkline, StatRow, StatTile } from '@/shared/ui'
import { trend } from './trends'
import { useStats } from './use-health'

const FIGURES = ['calls_live', 'answer_ms', 'cpu_percent', 'memory_mb'] as const

export function Recent() {
  const { t } = useTranslation('health')
  const format = useFormat()
  const stats = useStats()
  const shown: Record<(typeof FIGURES)[number], (value: number) => string> = {
    calls_live: (value) => format.number(value),
    answer_ms: format.latency,
    cpu_percent: (value) => format.percent(value / 100),
    memory_mb: (value) => format.bytes(value * 1e6),
  }
  const series = stats.data?.series
  if (!series) return null
  return (
    <StatRow label={t('recent.title')}>
      {FIGURES.map((name) => {
        const { now, least, most, values } = trend(series[name])
        const range = t('recent.range', { least: shown[name](least), most: shown[name](most) })
        return (
          <StatTile
            key={name}
            label={t(`recent.${name}`)}
            value={now === null ? null : shown[name](now)}
            note={range}
            chart={<Sparkline values={values} label={`${t(`recent.${name}`)}: ${range}`} />}
          />
        )
      })}
    </StatRow>
  )
}
