// The token that a link carries behind `#`, where no server sees it.
import { useEffect, useState } from 'react'

const LONGEST = 512

function read(): string {
  const { hash } = globalThis.location
  try {
    return decodeURIComponent(hash.slice(1)).trim().slice(0, LONGEST)
  } catch {
    return hash.slice(1, LONGEST)
  }
}

/** Out of the address: neither history nor a screenshot keeps it. */
function forget(): void {
  const { hash, pathname, search } = globalThis.location
  if (hash.length > 1) globalThis.history.replaceState(globalThis.history.state, '', pathname + search)
}

/** The token of the link that was followed; empty without one. */
export function useFragment(): string {
  const [token, setToken] = useState(read)
  useEffect(() => {
    forget()
    // A link that is opened while the page is shown changes only what stands behind `#`.
    const again = () => {
      const given = read()
      if (given) setToken(given)
      forget()
    }
    window.addEventListener('hashchange', again)
    return () => window.removeEventListener('hashchange', again)
  }, [])
  return token
}
