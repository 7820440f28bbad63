import { expect, test, vi } from 'vitest'
import { CallStore } from './store'

const words = (text: string) =>
  ({ type: 'call.words', at: 1, event: { call_id: 'a', speaker: 'agent', pii_text: text } }) as const

test('many events of one frame are told once', () => {
  const frames: (() => void)[] = []
  const store = new CallStore((tell) => frames.push(tell))
  const listener = vi.fn()
  store.subscribe(listener)
  for (const word of ['one', 'two', 'three']) store.dispatch(words(word))
  expect(frames).toHaveLength(1)
  expect(store.read().byId.size).toBe(0)
  expect(store.latest().seq).toBe(3)
  frames[0]?.()
  expect(listener).toHaveBeenCalledOnce()
  expect(store.read().byId.get('a')?.last.text).toBe('one two three')
  store.dispatch(words('four'))
  expect(frames).toHaveLength(2)
})

test('what changes nothing is not told', () => {
  const plan = vi.fn()
  new CallStore(plan).dispatch({ type: 'tidy', at: 1, keep: undefined })
  expect(plan).not.toHaveBeenCalled()
})
