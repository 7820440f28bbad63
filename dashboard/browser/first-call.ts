// One call that is over when the tests that need one get to it.
import type { TestProject } from 'vitest/node'
import { place, SHORT } from './installation.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    firstCall: string
  }
}

export const FIRST = { name: 'Laura', number: '+573001234567' }

export default async function setup(project: TestProject): Promise<void> {
  project.provide('firstCall', process.env.DASHBOARD_PICTURES ? '' : await place(FIRST.name, FIRST.number, SHORT))
}
