// An EventSource whose events tests send.

type Listener = (event: MessageEvent) => void

export class FakeEventSource {
  closed = false
  private readonly listeners = new Map<string, Listener[]>()

  addEventListener(name: string, listener: unknown): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener as Listener])
  }

  close(): void {
    this.closed = true
  }

  emit(name: string, data: unknown = {}): void {
    this.emitText(name, JSON.stringify(data))
  }

  emitText(name: string, data: string): void {
    for (const listener of this.listeners.get(name) ?? []) listener(new MessageEvent(name, { data }))
  }
}
