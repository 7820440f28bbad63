// The connection as React sees it.
import { useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  use,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react'
import { sessionQuery } from '@/shared/api'
import { refreshLive } from '@/shared/query/client'
import { LiveConnection, type ConnectionState, type EventSourceLike } from './connection'
import type { LiveEvents, Topic } from './topics'

const Context = createContext<LiveConnection | null>(null)

const openEvents = (): EventSourceLike => new EventSource('/api/events')

/** Holds the one connection of the page, while somebody is signed in. */
export function LiveProvider({ children, open = openEvents }: { children: ReactNode; open?: () => EventSourceLike }) {
  const client = useQueryClient()
  const [connection] = useState(
    () =>
      new LiveConnection({
        open,
        onHealed: () => refreshLive(client),
        // Asks whether somebody is signed in, which renews an access that has run out.
        renew: () => client.query({ ...sessionQuery, staleTime: 0 }),
      }),
  )
  useEffect(() => {
    const look = () => connection.seen(document.visibilityState === 'visible')
    const online = () => connection.connectAtOnce()
    connection.start()
    document.addEventListener('visibilitychange', look)
    window.addEventListener('online', online)
    return () => {
      document.removeEventListener('visibilitychange', look)
      window.removeEventListener('online', online)
      connection.stop()
    }
  }, [connection])
  return <Context value={connection}>{children}</Context>
}

function useLiveConnection(): LiveConnection {
  const connection = use(Context)
  if (!connection) throw new Error('live events are read outside of LiveProvider')
  return connection
}

/** Whether what is shown is true now, and a way to try at once. */
export function useConnection(): { state: ConnectionState; retry: () => void } {
  const connection = useLiveConnection()
  const state = useSyncExternalStore(connection.subscribe, connection.state)
  return { state, retry: () => connection.connectAtOnce() }
}

/** Calls `handler` with every event of `topic` while the component is shown. */
export function useLive<T extends Topic>(topic: T, handler: (event: LiveEvents[T]) => void): void {
  const connection = useLiveConnection()
  const tell = useEffectEvent(handler)
  useEffect(() => connection.on(topic, (event) => tell(event)), [connection, topic])
}

/** The gateway's clock in ms; outside of a connection the browser's. */
export function useGatewayClock(): () => number {
  const connection = use(Context)
  return connection?.gatewayNow ?? Date.now
}
