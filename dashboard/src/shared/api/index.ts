export { api, ask } from './client'
export { ApiProblem, isPassing, isSignedOut } from './problem'
export { askSidecar, type CombinedHealth, type ProcessStatus, type SystemStats, type SystemStatus } from './sidecar'
export { sessionIfKnown, sessionQuery, signIn, signOut } from './session'
export type { components, paths } from './schema'

import type { components } from './schema'
/** A schema of the API by name: `Schema<'CallOut'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]
