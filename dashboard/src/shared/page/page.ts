// What the shell knows of a page.
import type { ComponentType } from 'react'

export interface NavEntry {
  /** A key of the shell's texts. */
  textKey: string
  icon: ComponentType<{ size?: number }>
  /** Pressed after `g` it leads here. */
  letter: string
}

export interface PageData {
  /** The folder of the feature, and the namespace of its texts. */
  feature: string
  nav?: NavEntry
  /** The permission without which the page is not shown, and leads nowhere. */
  needs?: string
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    page?: PageData
  }
}
