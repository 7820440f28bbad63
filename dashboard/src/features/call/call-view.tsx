// A call that is known: what was said, how fast, and what happened.
import { useQuery } from '@tanstack/react-query'
import { Say } from './call-actions'
import { CallDetails } from './call-details'
import { CallFacts } from './call-facts'
import classes from './call.module.css'
import { outlineQuery } from './call-query'
import type { CallDetail } from './call-types'
import { WorstCard } from './ear/worst-card'
import { JournalPanel } from './journal/journal-panel'
import { LatencyPanel } from './latency/latency-panel'
import type { Words } from './live-talk'
import { Player } from './player/player'
import { RecordingNote } from './player/recording-note'
import { usePlaying, useSound } from './player/sound'
import { recordingStart, recordingState } from './recording'
import { lineAt, linesOf } from './transcript/lines'
import { Transcript } from './transcript/transcript'
import { useNow } from '@/shared/hooks/now'
import { useMay } from '@/shared/session'

export function CallView({ call, words }: { call: CallDetail; words: Words }) {
  const state = recordingState(call, useNow(5000) / 1000)
  const there = state === 'there'
  const outline = useQuery({ ...outlineQuery(call.id), enabled: there })
  const sound = useSound(there ? call.recording_url : '')
  const { time, playing } = usePlaying(sound)
  const lines = linesOf(call.turns, recordingStart(call), outline.data)
  const current = there && (playing || time > 0) ? lineAt(lines, time) : -1
  const live = call.state !== 'ended'
  const acts = useMay()('calls:write')
  const seek = (seconds: number) => {
    sound.seek(seconds)
    sound.play()
  }
  return (
    <>
      <CallFacts call={call} />
      <div className={classes.columns}>
        <div className={classes.main}>
          {state === 'there' ? (
            <Player
              sound={sound}
              url={call.recording_url}
              outline={outline.isError ? null : outline.data}
              lines={lines}
              current={lines[current]}
              ear={call.ear}
            />
          ) : (
            <RecordingNote state={state} />
          )}
          {call.ear && <WorstCard ear={call.ear} onSeek={there ? seek : undefined} />}
          {call.state === 'talking' && acts && <Say call={call} />}
          <Transcript lines={lines} current={current} onSeek={there ? seek : undefined} live={live} words={words} />
        </div>
        <div className={classes.aside}>
          <LatencyPanel lines={lines} />
          <CallDetails call={call} />
        </div>
      </div>
      <JournalPanel events={call.events} start={call.created_at} />
    </>
  )
}
