// The one stream of events of the page: says at every moment whether what is shown is still true.
import { BEATS, TOPICS, type LiveEvents, type Topic } from './topics'

export type ConnectionState = 'connecting' | 'live' | 'broken'

/** The gateway beats every second. */
export const SILENCE_MS = 3000
/** So long the renewal of the access may hold up a connection. */
export const RENEWAL_MS = 2000
/** A page out of sight for so long stops listening. */
export const HIDDEN_MS = 60_000
const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000

export type EventSourceLike = Pick<EventSource, 'addEventListener' | 'close'>

export interface Parts {
  open: () => EventSourceLike
  now?: () => number
  random?: () => number
  /** It was broken and is live again: what is shown may be old. */
  onHealed?: () => void
  /** Before it connects again: the access may have run out, a stream that is refused looks like one that broke. */
  renew?: () => Promise<unknown>
}

type Handler<T extends Topic> = (event: LiveEvents[T]) => void

export class LiveConnection {
  private current: ConnectionState = 'connecting'
  private source: EventSourceLike | null = null
  private lastBeat = 0
  private failures = 0
  private missed = false
  private running = false
  private aheadMs = 0
  /** Counts what was opened and closed: who waited may come too late. */
  private turn = 0
  private watch: ReturnType<typeof setTimeout> | undefined
  private retry: ReturnType<typeof setTimeout> | undefined
  private hiding: ReturnType<typeof setTimeout> | undefined
  private readonly listeners = new Set<() => void>()
  private readonly handlers = new Map<Topic, Set<Handler<never>>>()
  private readonly now: () => number
  private readonly random: () => number

  constructor(private readonly parts: Parts) {
    this.now = parts.now ?? Date.now
    this.random = parts.random ?? Math.random
  }

  readonly state = (): ConnectionState => this.current

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  on<T extends Topic>(topic: T, handler: Handler<T>): () => void {
    const of = this.handlers.get(topic) ?? new Set()
    this.handlers.set(topic, of.add(handler))
    return () => of.delete(handler)
  }

  /** The gateway's clock in ms, as far as its last beat told it. */
  readonly gatewayNow = (): number => this.now() + this.aheadMs

  start(): void {
    if (this.running) return
    this.running = true
    this.connect()
  }

  stop(): void {
    this.running = false
    clearTimeout(this.hiding)
    clearTimeout(this.retry)
    this.close()
  }

  /** The page came into sight, or went out of it. */
  seen(visible: boolean): void {
    clearTimeout(this.hiding)
    if (!visible) {
      this.hiding = setTimeout(() => this.pause(), HIDDEN_MS)
    } else if (this.running && (!this.source || this.now() - this.lastBeat > SILENCE_MS)) {
      this.connectAtOnce()
    }
  }

  /** Tries now instead of waiting: the network came back, or somebody asked. */
  connectAtOnce(): void {
    if (!this.running) return
    this.failures = 0
    this.missed = true
    this.become(this.current === 'broken' ? 'broken' : 'connecting')
    this.reconnect()
  }

  private pause(): void {
    clearTimeout(this.retry)
    this.close()
    this.missed = true
    this.become('connecting')
  }

  private reconnect(): void {
    clearTimeout(this.retry)
    this.close()
    const { renew } = this.parts
    if (!renew) {
      this.connect()
      return
    }
    const turn = this.turn
    // Whatever comes of it, and when it takes too long: the stream itself says whether it is there.
    const limit = new Promise((resolve) => setTimeout(resolve, RENEWAL_MS))
    void Promise.race([renew().catch(() => null), limit]).then(() => {
      if (turn === this.turn && this.running) this.connect()
    })
  }

  private connect(): void {
    clearTimeout(this.retry)
    this.close()
    const source = this.parts.open()
    this.source = source
    this.lastBeat = this.now()
    source.addEventListener('error', () => this.fail(source))
    for (const name of BEATS) source.addEventListener(name, (event) => this.beat(source, event))
    for (const topic of TOPICS) source.addEventListener(topic, (event) => this.tell(source, topic, event))
    this.expect()
  }

  private close(): void {
    this.turn += 1
    clearTimeout(this.watch)
    this.source?.close()
    this.source = null
  }

  private expect(): void {
    clearTimeout(this.watch)
    const source = this.source
    this.watch = setTimeout(() => source && this.fail(source), SILENCE_MS)
  }

  private heard(source: EventSourceLike): boolean {
    if (source !== this.source) return false
    this.lastBeat = this.now()
    this.failures = 0
    this.expect()
    const healed = this.missed
    this.missed = false
    this.become('live')
    if (healed) this.parts.onHealed?.()
    return true
  }

  private beat(source: EventSourceLike, event: MessageEvent): void {
    if (!this.heard(source)) return
    const at = (parsed(event) as { at?: unknown } | null)?.at
    if (typeof at === 'number') this.aheadMs = at * 1000 - this.now()
  }

  private tell(source: EventSourceLike, topic: Topic, event: MessageEvent): void {
    if (!this.heard(source)) return
    const data = parsed(event)
    if (data === null) return
    for (const handler of this.handlers.get(topic) ?? []) handler(data as never)
  }

  private fail(source: EventSourceLike): void {
    if (source !== this.source) return
    this.close()
    this.missed = true
    this.become('broken')
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.failures, LONGEST_DELAY_MS)
    this.failures += 1
    // Between half and all of it: pages that lost the same gateway do not come back in step.
    this.retry = setTimeout(() => this.reconnect(), longest * (0.5 + this.random() / 2))
  }

  private become(state: ConnectionState): void {
    if (state === this.current) return
    this.current = state
    for (const listener of this.listeners) listener()
  }
}

function parsed(event: MessageEvent): unknown {
  try {
    return JSON.parse(String(event.data)) as unknown
  } catch {
    return null
  }
}
