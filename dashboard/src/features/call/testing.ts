// Calls, turns and events for the tests of this page.
import type { CallDetail, JournalEvent, Turn } from './call-types'

export function aTurn(change: Partial<Turn> = {}): Turn {
  return {
    index: 0,
    speaker: 'agent',
    text: 'Buenos días.',
    heard: 'Buenos días.',
    interrupted: false,
    started_at: 101,
    ended_at: 104,
    timing: {},
    tools: [],
    ...change,
  }
}

export function anEvent(kind: string, at = 100, body: Record<string, unknown> = {}, seq = 1): JournalEvent {
  return { kind, at, body, seq }
}

export function aCall(change: Partial<CallDetail> = {}): CallDetail {
  return {
    id: 'c1',
    direction: 'outbound',
    state: 'ended',
    mode: 'stream',
    sender: '+576015550100',
    to: '+573001234567',
    name: 'Laura',
    bot_id: 'maria',
    call_control_id: 'v3:abc',
    session_id: 's1',
    created_at: 100,
    answered_at: 101,
    ended_at: 160,
    hangup_cause: 'normal',
    reason: 'the bot said goodbye',
    node: 'main',
    duration_s: 59,
    turn_count: 2,
    latency_p95_ms: 1080,
    recording: '',
    recording_url: '',
    metadata: {},
    heard: '',
    turns: [],
    notes: [],
    events: [],
    ...change,
  }
}
