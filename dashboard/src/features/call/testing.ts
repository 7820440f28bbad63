// Calls, turns and events for the tests of this page.
import type { CallDetail, Ear, JournalEvent, Turn } from './call-types'

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
    ear_ms: null,
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
    ear: null,
    events: [],
    ...change,
  }
}

export function anEar(change: Partial<Ear> = {}): Ear {
  return {
    from_s: 0,
    to_s: 59,
    way_ms: 60,
    latency: { count: 1, p50_ms: 1180, p95_ms: 1180, max_ms: 1180 },
    yielding: { count: 0, p50_ms: null, p95_ms: null, max_ms: null },
    caller_s: 12,
    agent_s: 30,
    gaps: [],
    overlaps: [],
    dead_air: [],
    holes: [],
    dead_air_ms: 0,
    talk_over_ms: 0,
    worst: null,
    ...change,
  }
}
