// The access of a page runs out after ten minutes and is renewed without anybody noticing.
import { readShared, writeStored } from '@/shared/hooks/stored'
import { problemOf, problemOfFailure, RUN_OUT } from './problem'
import type { components } from './schema'

export type SignedIn = components['schemas']['SignedIn']

const TIMEOUT_MS = 10_000

/** Well before it runs out: links to files and sounds are followed by the browser itself, which renews nothing. */
export const FRESH_MS = 8 * 60_000
const RENEWED = 'centralita.renewed'

let underWay: Promise<SignedIn> | null = null

/** One renewal for all who wait for one. Throws ApiProblem; `session_ended`: one has to sign in. */
export function renew(): Promise<SignedIn> {
  underWay ??= ask().finally(() => {
    underWay = null
  })
  return underWay
}

/** Access begins now. All pages of the browser share it. */
export function markRenewed(now = Date.now()): void {
  writeStored(RENEWED, String(now))
}

/** Renews the access of a page that is looked at, when it gets old. What fails here is told by the next request. */
export async function keepFresh(now = Date.now()): Promise<void> {
  const age = now - Number(readShared(RENEWED) ?? NaN)
  // Nobody wrote it down, or the clock was set: what the next request says counts.
  if (!(age >= 0)) markRenewed(now)
  else if (age > FRESH_MS) await renew().catch(() => null)
}

async function ask(): Promise<SignedIn> {
  const request = new Request(new URL('/api/auth/refresh', globalThis.location.origin), {
    method: 'POST',
    credentials: 'same-origin',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: '{}',
  })
  try {
    const response = await globalThis.fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const body: unknown = await response.json().catch(() => null)
    if (!response.ok) throw problemOf(response, body)
    markRenewed()
    return body as SignedIn
  } catch (failure) {
    throw problemOfFailure(failure)
  }
}

/** The answer to the request; when the access has run out, it is renewed and asked once more. */
export async function fetchRenewed(request: Request, limitMs: number): Promise<Response> {
  const once = (asked: Request) => {
    const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(limitMs)])
    return globalThis.fetch(asked, { signal })
  }
  const again = request.clone()
  const answer = await once(request)
  if (!(await hasRunOut(answer))) return answer
  await renew()
  return once(again)
}

async function hasRunOut(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null)
  return (body as { code?: unknown } | null)?.code === RUN_OUT
}
