// What a page keeps in its address: filters, a chosen tab, a place in a list.

/** How one parameter is read from an address. `undefined`: not there, or senseless. */
export type Reader<T> = (raw: unknown) => T | undefined

export const text =
  (longest = 200): Reader<string> =>
  (raw) => {
    const found = typeof raw === 'string' || typeof raw === 'number' ? String(raw).trim() : ''
    return found && found.length <= longest ? found : undefined
  }

export const oneOf =
  <T extends string>(...allowed: readonly T[]): Reader<T> =>
  (raw) =>
    allowed.find((each) => each === raw)

export const number =
  (range: { least?: number; most?: number } = {}): Reader<number> =>
  (raw) => {
    const found = typeof raw === 'number' ? raw : typeof raw === 'string' && raw.trim() ? Number(raw) : NaN
    const { least = -Infinity, most = Infinity } = range
    return Number.isFinite(found) && found >= least && found <= most ? found : undefined
  }

export const flag = (): Reader<true> => (raw) => (raw === true || raw === 'true' || raw === '1' ? true : undefined)

/** A day as `2026-01-31`. */
export const day = (): Reader<string> => (raw) =>
  typeof raw === 'string' && /^\d{4}-\d\d-\d\d$/.test(raw) && !Number.isNaN(Date.parse(raw)) ? raw : undefined

type Readers = Record<string, Reader<unknown>>
export type SearchOf<R extends Readers> = { [Name in keyof R]?: Exclude<ReturnType<R[Name]>, undefined> }

/** The parameters of a page. What an address has beyond them, or senseless, is dropped. */
export function searchParams<R extends Readers>(readers: R): (raw: Record<string, unknown>) => SearchOf<R> {
  return (raw) => {
    const read = Object.entries(readers).map(([name, reader]) => [name, reader(raw[name])])
    return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as SearchOf<R>
  }
}

/** A path of this site to return to, or `/`. Never another site, nor the sign-in page itself. */
export function safeReturn(wanted: unknown, origin = globalThis.location.origin): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || /^\/[/\\]/.test(wanted)) return '/'
  try {
    const url = new URL(wanted, origin)
    if (url.origin !== origin || url.pathname === '/sign-in') return '/'
    return url.pathname + url.search + url.hash
  } catch {
    return '/'
  }
}
