// What the gateway tells while it happens: topics of /api/events and their data.

export interface LiveEvents {
  'call.state': { call_id: string; phase: string; mode: string; cause: string | null; reason: string }
  'call.turn': {
    call_id: string
    index: number
    speaker: string
    pii_text: string
    pii_heard: string
    interrupted: boolean
    timing: Record<string, number>
  }
  'call.words': { call_id: string; speaker: string; pii_text: string }
  'call.barge_in': { call_id: string; outcome: string }
  alert: Record<string, unknown>
}

export type Topic = keyof LiveEvents

export const TOPICS: readonly Topic[] = ['call.state', 'call.turn', 'call.words', 'call.barge_in', 'alert']
/** Events that only say that the gateway is there; their data has its clock as `at`. */
export const BEATS = ['hello', 'ping'] as const
