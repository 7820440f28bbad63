// One call, kept true by its live events.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useGatewayClock, useLive } from '@/shared/live'
import { keys } from '@/shared/query/keys'
import { callQuery, nextLook } from './call-query'
import type { CallDetail } from './call-types'
import { afterBargeIn, afterTurn, NO_WORDS, withState, withTurn, withWords } from './live-talk'

/** A turn is told before it is stored: it is asked for a little later. */
const SETTLE_MS = 700

export function useCall(id: string) {
  const client = useQueryClient()
  const clock = useGatewayClock()
  const query = useQuery({ ...callQuery(id), refetchInterval: (asked) => nextLook(asked.state.data, clock() / 1000) })
  const [words, setWords] = useState(NO_WORDS)
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(waiting.current), [id])

  const change = (to: (call: CallDetail) => CallDetail) => {
    client.setQueryData(callQuery(id).queryKey, (call) => call && to(call))
    clearTimeout(waiting.current)
    waiting.current = setTimeout(() => void client.invalidateQueries({ queryKey: keys.call(id), exact: true }), SETTLE_MS)
  }
  useLive('call.words', (event) => {
    if (event.call_id === id) setWords((before) => withWords(before, event))
  })
  useLive('call.barge_in', (event) => {
    if (event.call_id === id) setWords((before) => afterBargeIn(before, event.outcome))
  })
  useLive('call.turn', (event) => {
    if (event.call_id !== id) return
    setWords((before) => afterTurn(before, event.speaker))
    change((call) => withTurn(call, event, clock() / 1000))
  })
  useLive('call.state', (event) => {
    if (event.call_id !== id) return
    if (event.phase === 'ended') setWords(NO_WORDS)
    change((call) => withState(call, event, clock() / 1000))
  })
  return { query, words }
}
