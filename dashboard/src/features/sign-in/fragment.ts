// The token that a sign-in link carries behind `#`, where no server sees it.

const LONGEST = 512

/** Takes the token out of the address: neither history nor a screenshot keeps it. */
export function takeToken(): string {
  const { hash, pathname, search } = globalThis.location
  if (hash.length <= 1) return ''
  globalThis.history.replaceState(globalThis.history.state, '', pathname + search)
  try {
    return decodeURIComponent(hash.slice(1)).trim().slice(0, LONGEST)
  } catch {
    return hash.slice(1, LONGEST)
  }
}
