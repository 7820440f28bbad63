// What is being said just now.
import { useTranslation } from 'react-i18next'
import { StatusDot } from '@/shared/ui'
import type { Words } from '../live-talk'
import classes from './transcript.module.css'

export function LiveTail({ words, waiting }: { words: Words; waiting: boolean }) {
  const { t } = useTranslation('call')
  const silent = !words.caller && !words.agent
  return (
    <div className={classes.tail} aria-live="off">
      {words.agent && <Saying speaker="agent" text={words.agent} dimmed={words.paused} />}
      {words.paused && <p className={classes.note}>{t('transcript.paused')}</p>}
      {words.caller && <Saying speaker="caller" text={words.caller} />}
      {silent && (
        <p className={classes.note}>
          <StatusDot tone="ok" pulse /> {waiting ? t('transcript.waiting') : t('transcript.listening')}
        </p>
      )}
    </div>
  )
}

function Saying({ speaker, text, dimmed = false }: { speaker: 'agent' | 'caller'; text: string; dimmed?: boolean }) {
  const { t } = useTranslation('call')
  return (
    <div className={classes.line} data-speaker={speaker} data-dimmed={dimmed || undefined}>
      <span className={classes.time}>
        <StatusDot tone="ok" pulse label={t('transcript.now')} />
      </span>
      <div className={classes.said}>
        <div className={classes.who}>
          <span className={classes.speaker}>{speaker === 'agent' ? t('speaker.agent') : t('speaker.caller')}</span>
        </div>
        <p className={classes.text}>{text}</p>
      </div>
    </div>
  )
}
