// What the metrics sidecar answers. It lives when control planes do not, and is not part of their description.
import { problemOf, problemOfFailure } from './problem'
import { fetchRenewed } from './renewal'

export type Overall = 'ok' | 'degraded' | 'down'

export interface SidecarReason {
  code: string
  text: string
  process: string | null
}

/** `/api/health/combined`, which everybody may ask. */
export interface CombinedHealth {
  status: Overall
  reasons: SidecarReason[]
  /** `age_s`: since the last good answer; null when there was none. */
  processes: { name: string; state: string; age_s: number | null }[]
}

export interface ProcessStatus {
  name: string
  state: string
  age_s: number | null
  version: string | null
  ready: boolean
  draining: boolean
  /** In its own words, see docs/api.md. */
  reasons: string[]
  pid: number | null
  uptime_s: number | null
  calls_live: number | null
  answer_ms: number | null
  memory_mb: number | null
  cpu_percent: number | null
  loop_lag_ms: number | null
}

/** `/api/status`. */
export interface SystemStatus {
  status: Overall
  reasons: SidecarReason[]
  at: number
  processes: ProcessStatus[]
  host: {
    cpu_percent: number | null
    cores: number
    load: number[]
    memory_mb: { total: number; used: number }
    disk_mb: { total: number; free: number }
  }
  sidecar: { pid: number; memory_mb: number; cpu_percent: number; uptime_s: number }
  callbacks: { waiting: number; full: boolean; delivered: number; refused: number; unreadable: number }
}

/** `/api/stats`: columns, one value for each time. */
export interface SystemStats {
  seconds: number
  series: Record<'at', number[]> & Record<'calls_live' | 'answer_ms' | 'cpu_percent' | 'memory_mb', (number | null)[]>
}

interface Reports {
  '/api/health/combined': CombinedHealth
  '/api/status': SystemStatus
  '/api/stats': SystemStats
}

const TIMEOUT_MS = 5000

/** `down` is told with 503, and is an answer all the same. Problems have a number as their status. */
function isReport(body: unknown): boolean {
  return typeof body === 'object' && body !== null && typeof (body as { status?: unknown }).status === 'string'
}

/** Throws ApiProblem. */
export async function askSidecar<Path extends keyof Reports>(path: Path, asked?: AbortSignal): Promise<Reports[Path]> {
  const headers = { Accept: 'application/json' }
  const request = new Request(new URL(path, globalThis.location.origin), { headers, signal: asked })
  try {
    const response = await fetchRenewed(request, TIMEOUT_MS)
    const body: unknown = await response.json().catch(() => null)
    if (!response.ok && !isReport(body)) throw problemOf(response, body)
    return body as Reports[Path]
  } catch (failure) {
    throw problemOfFailure(failure)
  }
}
