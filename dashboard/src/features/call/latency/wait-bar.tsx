// One reply as a bar; opened, its stages in figures.
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { LatencyLight } from '@/shared/ui'
import { ChevronIcon } from '@/shared/ui/icons'
import { beyond } from '../ear/marks'
import classes from './latency.module.css'
import { THRESHOLDS, type Wait } from './stages'

interface Props {
  wait: Wait
  /** Where its reply is to be heard, in seconds of the call. */
  at: number
  /** Milliseconds of the whole width. */
  scale: number
}

export function WaitBar({ wait, at, scale }: Props) {
  const { t } = useTranslation('call')
  const format = useFormat()
  const [open, setOpen] = useState(false)
  const id = useId()
  const more = beyond(wait.total, wait.ear)
  return (
    <li className={classes.wait}>
      <button type="button" className={classes.row} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        <span className={classes.label}>
          <span className={classes.chevron} data-open={open || undefined}>
            <ChevronIcon size={12} />
          </span>
          {t('latency.reply', { time: format.clock(at) })}
          <span className={classes.total}>
            <LatencyLight ms={wait.total} />
          </span>
          {wait.ear !== null && <span className={classes.ear}>{t('ear.at', { time: format.latency(wait.ear) })}</span>}
        </span>
        <span className={classes.bar} aria-hidden="true">
          {wait.segments.map((segment) => (
            <span
              key={segment.stage}
              className={classes.segment}
              data-owner={segment.owner}
              style={{ width: `${(segment.ms / scale) * 100}%` }}
            />
          ))}
          {more !== null && <span className={classes.segment} data-owner="line" style={{ width: `${(more / scale) * 100}%` }} />}
          {THRESHOLDS.map((ms) => (
            <span key={ms} className={classes.mark} style={{ left: `${(ms / scale) * 100}%` }} />
          ))}
        </span>
      </button>
      <div id={id} hidden={!open}>
        {open && <Stages wait={wait} />}
      </div>
    </li>
  )
}

function Stages({ wait }: { wait: Wait }) {
  const { t } = useTranslation('call')
  const format = useFormat()
  const more = beyond(wait.total, wait.ear)
  return (
    <dl className={classes.stages}>
      {wait.segments.map((segment) => (
        <div key={segment.stage}>
          <dt>
            <span className={classes.swatch} data-owner={segment.owner} />
            {t(`stage.${segment.stage}`)}
          </dt>
          <dd>{format.latency(segment.ms)}</dd>
        </div>
      ))}
      {more !== null && (
        <div>
          <dt>
            <span className={classes.swatch} data-owner="line" />
            {t('ear.beyond')}
          </dt>
          <dd>{format.latency(more)}</dd>
        </div>
      )}
    </dl>
  )
}
