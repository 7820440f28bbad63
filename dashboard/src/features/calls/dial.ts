// Calling somebody once, however often the button is pressed.
import { ApiProblem } from '@/shared/api'

/** As random as a UUID; `randomUUID` is missing on pages without https. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface Order {
  name: string
  phone: string
  /** The same key never calls twice. */
  key: string
}

export function changed(order: Order, change: Partial<Pick<Order, 'name' | 'phone'>>, fresh = newKey): Order {
  // Another wish is another call: with the old key the gateway would answer with the old one.
  return { ...order, ...change, key: fresh() }
}

/** Whether the gateway may have called although it did not say so: then the next attempt has to be the same one. */
export function isOpen(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || (error.status >= 500 && error.code !== 'dial_refused'))
}

export function afterFailure(order: Order, error: unknown, fresh = newKey): Order {
  return isOpen(error) ? order : { ...order, key: fresh() }
}

/** Codes whose text stands at the number. */
export function isAboutNumber(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  if (error.code === 'bad_number') return true
  return error.code === 'invalid' && error.faults.some((fault) => /telefono|phone/.test(fault.field))
}
