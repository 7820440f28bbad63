// Whether a call has a recording, and which moment is its beginning.
import type { CallDetail } from './call-types'

/** A recording is written within seconds of the end; a carrier's own takes longer. */
const SAVING_S = 30
const CARRIER_S = 120

export type RecordingState = 'live' | 'there' | 'coming' | 'none'

function wasAsked(call: CallDetail): boolean {
  const first = call.events.find((event) => event.kind === 'CallRequested' || event.kind === 'CallOffered')
  return first?.body.record !== false
}

/** `now` in unix seconds. */
export function recordingState(call: CallDetail, now: number): RecordingState {
  if (call.recording_url) return 'there'
  if (!wasAsked(call)) return 'none'
  if (call.ended_at === null) return 'live'
  if (call.answered_at === null) return 'none'
  const patience = call.mode === 'stream' ? SAVING_S : CARRIER_S
  return now - call.ended_at < patience ? 'coming' : 'none'
}

/** The moment (unix seconds) at which the recording begins: positions in it are counted from the answer. */
export function recordingStart(call: CallDetail): number {
  if (call.answered_at !== null) return call.answered_at
  const media = call.events.find((event) => event.kind === 'MediaAttached' || event.kind === 'LegAnswered')
  return media?.at ?? call.turns[0]?.started_at ?? call.created_at
}
