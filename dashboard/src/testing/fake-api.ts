// The API as tests want it to answer: `fakeApi({ 'GET /api/overview': { … } })`.
import { vi } from 'vitest'
import type { Me } from '@/shared/api'

const AREAS = ['analytics', 'audit', 'calls', 'keys', 'settings', 'system', 'users']

export interface Asked {
  method: string
  path: string
  search: URLSearchParams
  body: unknown
}

type Body = Record<string, unknown> | unknown[] | null
type Reply = Body | ((asked: Asked) => Response | Body | Promise<Response | Body>)
export type Routes = Record<string, Reply>

/** Somebody who may do everything. */
export const OWNER: Me = {
  id: 'u1',
  name: 'Ana Ruiz',
  email: 'ana@clinica.example',
  role: 'owner',
  tenant_id: 'default',
  tenant_name: 'Clínica San Martín',
  permissions: [...AREAS.flatMap((area) => [`${area}:read`, `${area}:write`])],
  language: '',
  totp: false,
  recovery_codes_left: 0,
}
export const VIEWER: Me = { ...OWNER, role: 'viewer', permissions: ['analytics:read', 'calls:read', 'settings:read'] }

const nobody = { expires: null, refreshable: false, setup_needed: false, registration: 'closed', user: null }
export const SIGNED_OUT = { ...nobody, signed_in: false }
export const signedIn = (user: Me = OWNER) => ({ ...nobody, signed_in: true, expires: 4_000_000_000, user })
/** What signing in answers. */
export const entered = (user: Me = OWNER) => ({ user, expires: 4_000_000_000, access_expires: 3_000_000_000 })

const SIGNED_IN: Routes = {
  'GET /api/auth/session': signedIn(),
  'POST /api/auth/refresh': () => problem(401, 'session_ended'),
}

export function json(body: unknown, status = 200): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json' },
  })
}

export function problem(status: number, code: string, title = code): Response {
  return json({ type: `urn:centralita:problem:${code}`, status, code, title }, status)
}

async function answer(routes: Routes, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const reply = routes[`${request.method} ${pathname}`]
  if (reply === undefined) return problem(404, 'not_found')
  const text = await request.text()
  const body: unknown = text ? JSON.parse(text) : null
  const given = typeof reply === 'function' ? await reply({ method: request.method, path: pathname, search: searchParams, body }) : reply
  if (given instanceof Response) return given
  return given === null ? json(null, 204) : json(given)
}

/** Signed in unless the routes say otherwise; what they do not name is not found. The object may be changed later. */
export function fakeApi(routes: Routes = {}): Routes {
  const all = { ...SIGNED_IN, ...routes }
  vi.stubGlobal('fetch', (request: Request) => answer(all, request))
  return all
}
