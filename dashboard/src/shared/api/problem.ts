// One kind of error for everything that can go wrong when the API is asked.

/** Codes made here, for failures that no answer of the API tells. */
export const UNREACHABLE = 'unreachable'
export const TIMEOUT = 'timeout'
export const UNAVAILABLE = 'unavailable'

/** Nobody is signed in: the access ran out, or the whole session did. */
export const RUN_OUT = 'unauthorized'
export const SESSION_ENDED = 'session_ended'

export interface Fault {
  field: string
  message: string
}

export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  /** Fields that were refused, with `invalid` and `weak_password`. */
  readonly faults: readonly Fault[]
  /** For so long the same request is refused; null: nothing was said of that. */
  readonly retryAfterS: number | null

  constructor(of: {
    status: number
    code: string
    title?: string
    detail?: string
    faults?: readonly Fault[]
    retryAfterS?: number | null
  }) {
    super(of.detail || of.title || of.code)
    this.name = 'ApiProblem'
    this.status = of.status
    this.code = of.code
    this.title = of.title ?? ''
    this.detail = of.detail ?? ''
    this.faults = of.faults ?? []
    this.retryAfterS = of.retryAfterS ?? null
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What an answer with an error status says; proxies answer with pages instead of problem+json. */
export function problemOf(response: Pick<Response, 'status' | 'headers'>, body: unknown): ApiProblem {
  const { status } = response
  const known = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const code = text(known.code) || (status >= 502 ? UNAVAILABLE : `http_${status}`)
  const faults = Array.isArray(known.errors) ? (known.errors as Fault[]) : []
  const after = Number(response.headers.get('Retry-After') ?? NaN)
  const retryAfterS = Number.isFinite(after) ? after : null
  return new ApiProblem({ status, code, title: text(known.title), detail: text(known.detail), faults, retryAfterS })
}

/** What a request that got no answer failed with. */
export function problemOfFailure(error: unknown): unknown {
  if (error instanceof ApiProblem) return error
  // By name: a DOMException is not an Error everywhere.
  if ((error as { name?: unknown } | null)?.name === 'TimeoutError') return new ApiProblem({ status: 0, code: TIMEOUT })
  if (error instanceof TypeError) return new ApiProblem({ status: 0, code: UNREACHABLE })
  return error
}

/** Whether one has to sign in again. A wrong password or code is 401 too, and is no such thing. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && (error.code === RUN_OUT || error.code === SESSION_ENDED)
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof ApiProblem && codes.includes(error.code)
}

/** Whether the same request may go well in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status >= 500)
}
