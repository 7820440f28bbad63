// One thing said: by whom, how long the caller waited for it, and whether it was broken off.
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { LatencyLight } from '@/shared/ui'
import classes from './bubble.module.css'
import type { Line } from './conversation'
import { heardParts } from './said'

interface Props {
  line: Line
  caller: string
  bot: string
}

export const Bubble = memo(function Bubble({ line, caller, bot }: Props) {
  const { t } = useTranslation('live')
  const agent = line.speaker === 'agent'
  const name = agent ? bot || t('speaker.agent') : caller || t('speaker.caller')
  const interim = line.open && !agent
  return (
    <li className={classes.line} data-speaker={line.speaker} data-aside={line.aside || undefined}>
      <div className={classes.meta}>
        <span className={classes.name}>{name}</span>
        {line.latencyMs !== null && <LatencyLight ms={line.latencyMs} />}
        {interim && <span className={classes.tag}>{t('mark.interim')}</span>}
        {line.open && agent && <span className={classes.tag}>{t('mark.speaking')}</span>}
        {line.aside && <span className={classes.tag}>{t('mark.aside')}</span>}
      </div>
      <p className={classes.text} data-interim={interim || undefined}>
        <Text line={line} />
        {line.open && <span className={classes.caret} aria-hidden="true" />}
      </p>
      {line.bargeIn && (
        <p className={classes.bargeIn} data-outcome={line.bargeIn}>
          {t(`bargeIn.${line.bargeIn}`)}
        </p>
      )}
    </li>
  )
})

function Text({ line }: { line: Line }) {
  const { t } = useTranslation('live')
  if (line.index === null || line.bargeIn !== 'cut_off') return line.text
  const [heard, unheard] = heardParts(line.text, line.heard)
  return (
    <>
      {heard}
      {unheard && (
        <del className={classes.unheard} title={t('mark.unheard')}>
          {unheard}
        </del>
      )}
    </>
  )
}
