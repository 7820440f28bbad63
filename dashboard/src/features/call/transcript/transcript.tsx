// Who said what: follows the sound, and moves it.
import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState, Panel } from '@/shared/ui'
import { LiveIcon } from '@/shared/ui/icons'
import type { Words } from '../live-talk'
import { splitHeard } from './heard'
import { LiveTail } from './live-tail'
import type { Line } from './lines'
import classes from './transcript.module.css'
import { TranscriptLine } from './transcript-line'
import { useFollowing } from './use-following'

interface Props {
  lines: readonly Line[]
  /** The place of the line that is heard, or -1. */
  current: number
  /** Given, lines can be played. */
  onSeek?: (seconds: number) => void
  live: boolean
  words: Words
}

export function Transcript({ lines, current, onSeek, live, words }: Props) {
  const { t } = useTranslation('call')
  const list = useRef<HTMLOListElement>(null)
  const newest = live ? lines.length + words.agent.length + words.caller.length : 0
  const scroller = useFollowing(list, live ? -1 : current, newest)
  useLineClicks(list, onSeek)
  if (lines.length === 0 && !live) {
    return (
      <Frame>
        <EmptyState icon={LiveIcon} title={t('transcript.none')} next={t('transcript.noneNext')} />
      </Frame>
    )
  }
  return (
    <Frame struck={lines.some(({ turn }) => splitHeard(turn.text, turn.heard).unheard !== '')}>
      {/* A region that scrolls is reached with the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={scroller} className={classes.scroller} role="group" aria-label={t('transcript.title')} tabIndex={0}>
        <ol ref={list} className={classes.lines} data-plays={onSeek ? true : undefined}>
          {lines.map((line, at) => (
            <TranscriptLine key={line.turn.index} line={line} current={at === current} onSeek={onSeek} />
          ))}
        </ol>
        {live && <LiveTail words={words} waiting={lines.length === 0} />}
      </div>
    </Frame>
  )
}

function Frame({ struck = false, children }: { struck?: boolean; children: ReactNode }) {
  const { t } = useTranslation('call')
  const legend = struck && (
    <span className={classes.legend}>
      <s>{t('transcript.struck')}</s> {t('transcript.struckMeans')}
    </span>
  )
  return (
    <Panel title={t('transcript.title')} actions={legend} flush>
      {children}
    </Panel>
  )
}

/** The whole line answers a click; with the keyboard its time is the button. Text can still be selected. */
function useLineClicks(list: RefObject<HTMLOListElement | null>, onSeek?: (seconds: number) => void): void {
  const seek = useRef(onSeek)
  useEffect(() => {
    seek.current = onSeek
  }, [onSeek])
  useEffect(() => {
    const root = list.current
    const click = (event: MouseEvent) => {
      const target = event.target as HTMLElement
      const line = target.closest<HTMLElement>('[data-start]')
      if (!line || target.closest('button, a, summary') || globalThis.getSelection()?.toString()) return
      seek.current?.(Number(line.dataset.start))
    }
    root?.addEventListener('click', click)
    return () => root?.removeEventListener('click', click)
  })
}
