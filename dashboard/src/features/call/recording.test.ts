import { expect, test } from 'vitest'
import { recordingStart, recordingState } from './recording'
import { aCall, anEvent, aTurn } from './testing'

test('a call in progress has no recording yet', () => {
  expect(recordingState(aCall({ state: 'talking', ended_at: null }), 200)).toBe('live')
})

test('it is there when it has an address', () => {
  expect(recordingState(aCall({ recording_url: '/r' }), 1e9)).toBe('there')
})

test.each([
  ['stream', 5, 'coming'],
  ['stream', 60, 'none'],
  ['webhook', 60, 'coming'],
  ['webhook', 600, 'none'],
])('of a call over %s, %s s after its end, it is %s', (mode, after, state) => {
  expect(recordingState(aCall({ mode, ended_at: 200 }), 200 + after)).toBe(state)
})

test('unanswered calls and those that were not to be recorded have none', () => {
  expect(recordingState(aCall({ answered_at: null, ended_at: 200 }), 201)).toBe('none')
  const events = [anEvent('CallRequested', 100, { record: false })]
  expect(recordingState(aCall({ events, ended_at: 200 }), 201)).toBe('none')
  expect(recordingState(aCall({ events, ended_at: null }), 201)).toBe('none')
})

test('the recording begins with the answer, or with the first sound there can be', () => {
  expect(recordingStart(aCall({ answered_at: 101 }))).toBe(101)
  expect(recordingStart(aCall({ answered_at: null, events: [anEvent('MediaAttached', 102)] }))).toBe(102)
  expect(recordingStart(aCall({ answered_at: null, turns: [aTurn({ started_at: 103 })] }))).toBe(103)
  expect(recordingStart(aCall({ answered_at: null, created_at: 100 }))).toBe(100)
})
