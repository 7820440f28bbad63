import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeEventSource } from '@/testing/fake-event-source'
import { HIDDEN_MS, LiveConnection, RENEWAL_MS, SILENCE_MS } from './connection'

const onHealed = vi.fn()
let sources: FakeEventSource[] = []
let live: LiveConnection

const last = () => sources.at(-1) as FakeEventSource

beforeEach(() => {
  vi.useFakeTimers()
  sources = []
  onHealed.mockClear()
  live = new LiveConnection({
    open: () => {
      const source = new FakeEventSource()
      sources.push(source)
      return source
    },
    random: () => 1,
    onHealed,
  })
})

afterEach(() => {
  live.stop()
  vi.useRealTimers()
})

test('it is live only when the gateway has been heard', () => {
  live.start()
  expect(live.state()).toBe('connecting')
  last().emit('hello', { node: 'a', at: 1 })
  expect(live.state()).toBe('live')
  expect(onHealed).not.toHaveBeenCalled()
})

test('a beat every second keeps it live, three silent seconds break it', () => {
  live.start()
  last().emit('hello')
  for (let second = 0; second < 5; second += 1) {
    vi.advanceTimersByTime(1000)
    last().emit('ping')
  }
  expect(live.state()).toBe('live')
  vi.advanceTimersByTime(SILENCE_MS)
  expect(live.state()).toBe('broken')
  expect(last().closed).toBe(true)
})

test('a gateway that never says anything is broken as well', () => {
  live.start()
  vi.advanceTimersByTime(SILENCE_MS)
  expect(live.state()).toBe('broken')
})

test('it stays broken while it tries again, and is live with the first event', () => {
  live.start()
  last().emit('hello')
  last().emit('error')
  expect(live.state()).toBe('broken')
  vi.advanceTimersByTime(1000)
  expect(sources).toHaveLength(2)
  expect(live.state()).toBe('broken')
  last().emit('hello')
  expect(live.state()).toBe('live')
  expect(onHealed).toHaveBeenCalledOnce()
})

test('it waits longer with every failure, at most half a minute', () => {
  live.start()
  for (const wait of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    const before = sources.length
    last().emit('error')
    vi.advanceTimersByTime(wait - 1)
    expect(sources).toHaveLength(before)
    vi.advanceTimersByTime(1)
    expect(sources).toHaveLength(before + 1)
  }
})

test('what an old source says does not count', () => {
  live.start()
  const old = last()
  old.emit('error')
  old.emit('ping')
  expect(live.state()).toBe('broken')
})

test('handlers get the data of their topic until they leave', () => {
  const handler = vi.fn()
  const leave = live.on('call.barge_in', handler)
  live.start()
  last().emit('call.barge_in', { call_id: 'c1', outcome: 'paused' })
  last().emit('call.state', { call_id: 'c1' })
  expect(handler).toHaveBeenCalledExactlyOnceWith({ call_id: 'c1', outcome: 'paused' })
  leave()
  last().emit('call.barge_in', { call_id: 'c1', outcome: 'cut_off' })
  expect(handler).toHaveBeenCalledOnce()
})

test('a page hidden for long stops listening and heals when it is seen', () => {
  live.start()
  last().emit('hello')
  live.seen(false)
  const beats = setInterval(() => last().emit('ping'), 1000)
  vi.advanceTimersByTime(HIDDEN_MS)
  clearInterval(beats)
  expect(last().closed).toBe(true)
  expect(live.state()).toBe('connecting')
  vi.advanceTimersByTime(HIDDEN_MS)
  expect(sources).toHaveLength(1)
  live.seen(true)
  last().emit('hello')
  expect(live.state()).toBe('live')
  expect(onHealed).toHaveBeenCalledOnce()
})

test('a glance away changes nothing', () => {
  live.start()
  last().emit('hello')
  live.seen(false)
  vi.advanceTimersByTime(2000)
  live.seen(true)
  expect(sources).toHaveLength(1)
  expect(live.state()).toBe('live')
})

test('after a sleep of the machine it does not say live from memory', () => {
  live.start()
  last().emit('hello')
  vi.setSystemTime(Date.now() + 3_600_000)
  live.seen(true)
  expect(live.state()).toBe('connecting')
  expect(sources).toHaveLength(2)
})

test('it knows the clock of the gateway', () => {
  live.start()
  last().emit('ping', { at: Date.now() / 1000 + 90 })
  expect(Math.round((live.gatewayNow() - Date.now()) / 1000)).toBe(90)
})

test('an event that cannot be read is still a sign of life', () => {
  live.start()
  last().emitText('ping', 'no json')
  expect(live.state()).toBe('live')
})

test('before it connects again the access is renewed, and a renewal that fails or hangs does not hold it up', async () => {
  const renewals: ((worked: boolean) => void)[] = []
  const renewed: FakeEventSource[] = []
  const connection = new LiveConnection({
    open: () => {
      const source = new FakeEventSource()
      renewed.push(source)
      return source
    },
    random: () => 1,
    renew: () =>
      new Promise((resolve, reject) => {
        renewals.push((worked) => (worked ? resolve(null) : reject(new Error('no'))))
      }),
  })
  connection.start()
  expect([renewed.length, renewals.length]).toEqual([1, 0])
  for (const settle of [() => renewals.at(-1)?.(true), () => renewals.at(-1)?.(false), () => undefined]) {
    const before = renewed.length
    renewed.at(-1)?.emit('error')
    connection.connectAtOnce()
    await vi.advanceTimersByTimeAsync(1)
    expect(renewed).toHaveLength(before)
    settle()
    await vi.advanceTimersByTimeAsync(RENEWAL_MS)
    expect(renewed).toHaveLength(before + 1)
  }
  connection.stop()
})
