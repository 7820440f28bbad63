export { LiveProvider, useConnection, useGatewayClock, useLive } from './live'
export type { ConnectionState, EventSourceLike } from './connection'
export type { LiveEvents, Topic } from './topics'
