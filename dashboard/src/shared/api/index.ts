export { api, ask } from './client'
export { ApiProblem, hasCode, isPassing, isSignedOut, type Fault } from './problem'
export { askSidecar, type CombinedHealth, type ProcessStatus, type SystemStats, type SystemStatus } from './sidecar'
export { keepFresh, markRenewed, renew, type SignedIn } from './renewal'
export { NOBODY, sessionIfKnown, sessionQuery, stateOf, type Me, type SessionState } from './session'
export type { components, paths } from './schema'

import type { components } from './schema'
/** A schema of the API by name: `Schema<'CallOut'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]
