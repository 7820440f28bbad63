// The ten seconds that were worst to listen to: why, and a button that plays them.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { Hint, LatencyLight, Panel } from '@/shared/ui'
import type { Ear } from '../call-types'
import { PlayIcon } from '../player/icons'
import classes from './ear.module.css'

interface Props {
  ear: Ear
  /** Without it there is no recording to play. */
  onSeek?: (seconds: number) => void
}

export function WorstCard({ ear, onSeek }: Props) {
  const { t } = useTranslation('call')
  const { worst } = ear
  return (
    <Panel title={t('worst.title')} actions={<Hint about={t('worst.title')}>{t('worst.about')}</Hint>}>
      {worst ? <Stretch worst={worst} onSeek={onSeek} /> : <p className={classes.fine}>{t('worst.none')}</p>}
      <Figures ear={ear} />
    </Panel>
  )
}

function Stretch({ worst, onSeek }: { worst: NonNullable<Ear['worst']>; onSeek?: (seconds: number) => void }) {
  const { t } = useTranslation('call')
  const format = useFormat()
  const range = { from: format.clock(worst.from_s), to: format.clock(worst.to_s) }
  return (
    <div className={classes.stretch}>
      <ul className={classes.reasons}>
        {worst.reasons.map((reason) => (
          <li key={reason.code} data-kind={reason.code}>
            {t(`worst.reason.${reason.code}`, { count: reason.count, longest: format.latency(reason.longest_ms) })}
          </li>
        ))}
      </ul>
      {onSeek ? (
        <Button size="xs" variant="default" leftSection={<PlayIcon />} onClick={() => onSeek(worst.from_s)}>
          {t('worst.play', range)}
        </Button>
      ) : (
        <span className={classes.range}>{t('worst.range', range)}</span>
      )}
    </div>
  )
}

function Figures({ ear }: { ear: Ear }) {
  const { t } = useTranslation('call')
  const format = useFormat()
  return (
    <dl className={classes.figures}>
      <div>
        <dt>{t('ear.half')}</dt>
        <dd>
          <LatencyLight ms={ear.latency.p50_ms} />
        </dd>
      </div>
      <div>
        <dt>{t('ear.most')}</dt>
        <dd>
          <LatencyLight ms={ear.latency.max_ms} />
        </dd>
      </div>
      <div>
        <dt>{t('ear.deadAir')}</dt>
        <dd>{format.latency(ear.dead_air_ms)}</dd>
      </div>
      <div>
        <dt>{t('ear.talkOver')}</dt>
        <dd>{format.latency(ear.talk_over_ms)}</dd>
      </div>
      {ear.yielding.count > 0 && (
        <div>
          <dt>{t('ear.yielding')}</dt>
          <dd>{format.latency(ear.yielding.p50_ms ?? 0)}</dd>
        </div>
      )}
    </dl>
  )
}
