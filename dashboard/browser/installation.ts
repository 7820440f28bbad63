// The installation as programs reach it: calls are ordered and looked up, processes are disturbed.
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'

function given(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run these tests with make test ARGS=tests/stack/test_dashboard.py`)
  return value
}

export const URL_OF = given('DASHBOARD_URL')
export const TOKEN = given('DASHBOARD_TOKEN')
/** The link for the first owner, as the terminal shows it. */
export const WELCOME = given('DASHBOARD_WELCOME')
const LETTERS = given('DASHBOARD_LETTERS')
const SIMULATOR = given('DASHBOARD_SIMULATOR')

export interface Call {
  id: string
  state: string
  to: string
  recording: string | null
  turns: { speaker: string; text: string }[]
}

async function asked(url: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

export const api = (path: string, body?: unknown) => asked(URL_OF + path, body)
export const simulator = (path: string, body?: unknown, method?: string) => asked(SIMULATOR + path, body, method)

/** What somebody does who is called: steps of the simulator's scripts, or the name of one of them. */
export type Script = string | { language?: string; answer?: string; steps: Record<string, unknown>[] }

export const say = (text: string) => ({ do: 'say', text })
export const untilHungUp = { do: 'wait_hangup', timeout_s: 60 }

/** Two questions and a goodbye, about twenty seconds. */
export const SHORT: Script = { steps: [say('Quiero saber el horario.'), say('Nada más, adiós.'), untilHungUp] }

/** The gateway calls somebody; its id for the call. */
export async function place(name: string, number: string, script: Script = SHORT): Promise<string> {
  await simulator('/sim/answers', { number, script })
  const placed = (await api('/api/call/initiate', { nombre: name, telefono: number })) as { call_id: string }
  return placed.call_id
}

export const call = (id: string) => api(`/api/calls/${id}`) as Promise<Call>

/** Somebody on the other end hangs up all calls that still live. */
export async function hangUpAll(): Promise<void> {
  const { calls } = (await simulator('/sim/calls')) as { calls: { id: string; line_closed: boolean }[] }
  for (const each of calls.filter(({ line_closed }) => !line_closed)) {
    await simulator(`/sim/calls/${each.id}/hangup`, {})
  }
}

/** The call, once it has ended and its recording is there. */
export async function ended(id: string): Promise<Call> {
  const finished = async () => {
    const now = await call(id)
    return now.state === 'ended' && now.recording !== null
  }
  await expect.poll(finished, { timeout: 60_000, interval: 250 }).toBe(true)
  return call(id)
}

export async function controlPlane(): Promise<number> {
  return ((await api('/api/figures')) as { pid: number }).pid
}

export const webServer = () => Number(readFileSync(given('DASHBOARD_NGINX_PID'), 'utf8'))

/** The link to a page (or to one of some: `a|b`) in the newest letter to an address. */
export async function letterLink(to: string, page: string): Promise<string> {
  const look = () => {
    const files = readdirSync(LETTERS).filter((name) => name.endsWith('.eml')).sort()
    const texts = files.map((name) => readFileSync(`${LETTERS}/${name}`, 'utf8').replaceAll('=\n', ''))
    const letter = texts.filter((text) => text.includes(`To: ${to}`)).at(-1) ?? ''
    return new RegExp(`/((?:${page})#[\\w-]+)`).exec(letter)?.[1] ?? ''
  }
  await expect.poll(look, { timeout: 20_000, interval: 100 }).not.toBe('')
  return `${URL_OF}/${look()}`
}
