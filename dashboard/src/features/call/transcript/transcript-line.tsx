// One thing said: when, by whom, and how much of it was heard.
import { Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { LatencyLight } from '@/shared/ui'
import type { Turn } from '../call-types'
import { splitHeard } from './heard'
import type { Line } from './lines'
import { ToolUse } from './tool-use'
import classes from './transcript.module.css'

interface Props {
  line: Line
  current: boolean
  onSeek?: (seconds: number) => void
}

export function TranscriptLine({ line, current, onSeek }: Props) {
  const { t } = useTranslation('call')
  const format = useFormat()
  const { turn, start } = line
  const time = format.clock(start)
  const agent = turn.speaker === 'agent'
  return (
    <li
      className={classes.line}
      data-start={start}
      data-speaker={turn.speaker}
      aria-current={current ? 'true' : undefined}
    >
      {onSeek ? (
        <button type="button" className={classes.time} aria-label={t('transcript.playFrom', { time })} onClick={() => onSeek(start)}>
          {time}
        </button>
      ) : (
        <span className={classes.time}>{time}</span>
      )}
      <div className={classes.said}>
        <div className={classes.who}>
          <span className={classes.speaker}>{agent ? t('speaker.agent') : t('speaker.caller')}</span>
          {turn.interrupted && <Interrupted turn={turn} />}
          {agent && turn.timing.total !== undefined && (
            <span className={classes.wait}>
              <LatencyLight ms={turn.timing.total} />
            </span>
          )}
        </div>
        <Text turn={turn} />
        {turn.tools.map((tool, at) => (
          <ToolUse key={at} tool={tool} />
        ))}
      </div>
    </li>
  )
}

function Text({ turn }: { turn: Turn }) {
  const { t } = useTranslation('call')
  const { heard, unheard } = splitHeard(turn.text, turn.heard)
  return (
    <p className={classes.text}>
      {heard}
      {unheard && (
        <>
          {heard && ' '}
          <span className="visually-hidden">{t('transcript.unheardSpoken')} </span>
          <s className={classes.unheard} title={t('transcript.unheard')}>
            {unheard}
          </s>
        </>
      )}
    </p>
  )
}

function Interrupted({ turn }: { turn: Turn }) {
  const { t } = useTranslation('call')
  const why = turn.heard ? t('transcript.cutOff') : t('transcript.notHeard')
  return (
    <Tooltip label={why} multiline w={260} events={{ hover: true, focus: true, touch: true }}>
      <button type="button" className={classes.interrupted}>
        {t('transcript.interrupted')}
        <span className="visually-hidden">: {why}</span>
      </button>
    </Tooltip>
  )
}
