// What is said, as it is said. Who has scrolled up to read is left alone.
import { useEffect, useRef, useState, type UIEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Call } from './calls'
import { Bubble } from './bubble'
import classes from './transcript.module.css'

/** So near to the end counts as being there. */
const NEAR_PX = 48

export function Transcript({ call }: { call: Call }) {
  const { t } = useTranslation('live')
  const box = useRef<HTMLDivElement>(null)
  const [follows, setFollows] = useState(true)
  const { lines } = call.conversation
  useEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [lines, follows])
  const look = ({ currentTarget: of }: UIEvent<HTMLDivElement>) =>
    setFollows(of.scrollHeight - of.scrollTop - of.clientHeight < NEAR_PX)
  return (
    <div className={classes.frame}>
      {/* A region that scrolls is reached with the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} className={classes.box} tabIndex={0} role="region" aria-label={t('transcript.label')} onScroll={look}>
        {lines.length === 0 && <p className={classes.empty}>{t('transcript.empty')}</p>}
        <ol className={classes.lines}>
          {lines.map((line) => (
            <Bubble key={line.key} line={line} caller={call.name} bot={call.bot} />
          ))}
        </ol>
      </div>
      <Told call={call} />
      {!follows && (
        <button type="button" className={classes.down} onClick={() => setFollows(true)}>
          {t('transcript.follow')}
        </button>
      )}
    </div>
  )
}

/** For screen readers: each line once, when it is complete. */
function Told({ call }: { call: Call }) {
  const { t } = useTranslation('live')
  const line = call.conversation.lines.findLast((each) => !each.open && !each.aside)
  const speaker = line?.speaker === 'agent' ? t('speaker.agent') : t('speaker.caller')
  return (
    <p className="visually-hidden" aria-live="polite">
      {line && `${speaker}: ${line.text}`}
    </p>
  )
}
