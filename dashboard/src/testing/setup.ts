// What jsdom lacks and Mantine asks for.
import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

if ('window' in globalThis) {
  // Pages are loaded when they are gone to, which takes a busy machine a while.
  configure({ asyncUtilTimeout: 8000 })
  globalThis.matchMedia = (media: string) =>
    ({
      matches: false,
      media,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }) as unknown as MediaQueryList
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  globalThis.scrollTo = () => undefined
  Element.prototype.scrollIntoView = () => undefined
  afterEach(cleanup)
}
