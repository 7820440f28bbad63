// One kind of error for everything that can go wrong when the API is asked.

/** Codes made here, for failures that no answer of the API tells. */
export const UNREACHABLE = 'unreachable'
export const TIMEOUT = 'timeout'
export const UNAVAILABLE = 'unavailable'

export interface Fault {
  field: string
  message: string
}

export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  /** Fields that were refused, with `invalid`. */
  readonly faults: readonly Fault[]

  constructor(of: { status: number; code: string; title?: string; detail?: string; faults?: readonly Fault[] }) {
    super(of.detail || of.title || of.code)
    this.name = 'ApiProblem'
    this.status = of.status
    this.code = of.code
    this.title = of.title ?? ''
    this.detail = of.detail ?? ''
    this.faults = of.faults ?? []
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What an answer with an error status says; proxies answer with pages instead of problem+json. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const known = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const code = text(known.code) || (status >= 502 ? UNAVAILABLE : `http_${status}`)
  const faults = Array.isArray(known.errors) ? (known.errors as Fault[]) : []
  return new ApiProblem({ status, code, title: text(known.title), detail: text(known.detail), faults })
}

/** What a request that got no answer failed with. */
export function problemOfFailure(error: unknown): unknown {
  if (error instanceof ApiProblem) return error
  // By name: a DOMException is not an Error everywhere.
  if ((error as { name?: unknown } | null)?.name === 'TimeoutError') return new ApiProblem({ status: 0, code: TIMEOUT })
  if (error instanceof TypeError) return new ApiProblem({ status: 0, code: UNREACHABLE })
  return error
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401
}

/** Whether the same request may go well in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status >= 500)
}
