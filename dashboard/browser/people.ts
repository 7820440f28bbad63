// Who signs in. The owner comes by the link of the terminal; the others by invitation.
import { expect } from 'vitest'
import { api, letterLink, URL_OF, WELCOME } from './installation.ts'

export interface Person {
  name: string
  email: string
  password: string
}

export const OWNER: Person = { name: 'Ana Ruiz', email: 'ana@clinica.example', password: 'tres gatos verdes 7' }
export const COMPANY = 'Clínica San Martín'

/** Where the letter of an invitation leads to. */
export const INVITED = 'accept-invitation|welcome'

/** What a browser keeps of being signed in. */
export interface Kept {
  access: string
  refresh: string
}

async function post(path: string, body: unknown, cookie = ''): Promise<Response> {
  return fetch(URL_OF + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: URL_OF, Cookie: cookie },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })
}

function kept(answer: Response): Kept {
  const pairs = answer.headers.getSetCookie().map((line) => (line.split(';')[0] ?? '').split('='))
  const values = Object.fromEntries(pairs) as Record<string, string>
  return { access: values.centralita_session ?? '', refresh: values.centralita_refresh ?? '' }
}

async function answered(answer: Response): Promise<Kept> {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`)
  return kept(answer)
}

/** There is an owner from now on, whoever asks first. */
async function owner(): Promise<void> {
  const state = (await api('/api/auth/session')) as { setup_needed: boolean }
  if (!state.setup_needed) return
  const token = new URL(WELCOME).hash.slice(1)
  await answered(await post('/api/auth/setup', { ...OWNER, company: COMPANY, language: 'es', token }))
}

/** A session of one's own, as the form begins it. */
export async function signIn(person: Person = OWNER): Promise<Kept> {
  if (person === OWNER) await owner()
  const { email, password } = person
  return answered(await post('/api/auth/login', { email, password }))
}

const SOON_MS = 5 * 60_000
let shared: { kept: Promise<Kept>; until: number } | undefined

/**
 * Access for pages that only look, out of one session. What renews it stays here: browsers that renewed the same session
 * one after the other would end it.
 */
export async function access(): Promise<string> {
  if (!shared || Date.now() > shared.until) {
    const before = shared?.kept
    const next = async () => {
      const refresh = (await before)?.refresh
      if (!refresh) return signIn()
      return answered(await post('/api/auth/refresh', {}, `centralita_refresh=${refresh}`))
    }
    shared = { kept: next(), until: Date.now() + SOON_MS }
  }
  return (await shared.kept).access
}

/** The owner invites somebody, who has not followed the link yet; the link. */
export async function invite(person: Person, role: string): Promise<string> {
  const cookie = `centralita_session=${await access()}`
  const answer = await post('/api/users/invite', { email: person.email, name: person.name, role }, cookie)
  expect(answer.status).toBe(201)
  return letterLink(person.email, INVITED)
}

/** Somebody who has followed it. */
export async function colleague(person: Person, role: string): Promise<Kept> {
  const token = new URL(await invite(person, role)).hash.slice(1)
  return answered(await post('/api/auth/accept-invitation', { token, name: person.name, password: person.password }))
}
