// The figures of today, each with what it means.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import { useFormat } from '@/shared/format'
import { Hint, LatencyLight, StatRow, StatTile } from '@/shared/ui'
import classes from './today.module.css'

const NAMES = ['live', 'calls', 'answerRate', 'successRate', 'latency', 'slowest'] as const

export function Today({ overview }: { overview: Schema<'OverviewOut'> }) {
  const { t } = useTranslation('home')
  const format = useFormat()
  const { calls, turns } = overview
  const share = (value: number | null) => (value === null ? null : format.percent(value))
  const tiles: Record<(typeof NAMES)[number], { value: ReactNode; note: ReactNode }> = {
    live: {
      value: calls.live > 0 ? <Link to="/live">{format.number(calls.live)}</Link> : format.number(0),
      note: <Link to="/live">{t('today.watch')}</Link>,
    },
    calls: {
      value: format.number(calls.today),
      note: t('today.directions', { inbound: calls.inbound_today, outbound: calls.outbound_today }),
    },
    answerRate: { value: share(overview.answer_rate), note: t('today.answerNote') },
    successRate: { value: share(overview.success_rate), note: t('today.bargeIns', { count: overview.barge_ins_today }) },
    latency: { value: <LatencyLight ms={turns.p50_ms} />, note: t('today.turns', { count: turns.today }) },
    slowest: { value: <LatencyLight ms={turns.p95_ms} />, note: t('today.slowestNote') },
  }
  return (
    <StatRow label={t('today.title')}>
      {NAMES.map((name) => (
        <StatTile
          key={name}
          label={
            <span className={classes.label}>
              {t(`today.${name}.label`)}
              <Hint about={t(`today.${name}.label`)}>{t(`today.${name}.about`)}</Hint>
            </span>
          }
          value={tiles[name].value}
          note={tiles[name].note}
        />
      ))}
    </StatRow>
  )
}
