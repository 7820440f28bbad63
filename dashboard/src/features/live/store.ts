// Holds the calls outside of React and tells of changes once a frame, however many events come.
import { NO_CALLS, reduce, type Action, type Calls } from './calls'

type Plan = (tell: () => void) => void

const nextFrame: Plan = (tell) => {
  // A page out of sight gets no frames; it is told when it is seen again.
  requestAnimationFrame(tell)
}

export class CallStore {
  private now: Calls = NO_CALLS
  private shown: Calls = NO_CALLS
  private planned = false
  private readonly listeners = new Set<() => void>()

  constructor(private readonly plan: Plan = nextFrame) {}

  /** What is shown: the same until the next frame. */
  readonly read = (): Calls => this.shown

  /** What is known, for what decides now. */
  readonly latest = (): Calls => this.now

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly dispatch = (action: Action): void => {
    const after = reduce(this.now, action)
    if (after === this.now) return
    this.now = after
    if (this.planned) return
    this.planned = true
    this.plan(() => this.tell())
  }

  private tell(): void {
    this.planned = false
    this.shown = this.now
    for (const listener of this.listeners) listener()
  }
}
