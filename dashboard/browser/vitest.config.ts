import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// What is soonest done comes first; what takes the installation apart comes last.
const ORDER = ['welcome', 'sign-in', 'people', 'shell', 'calls', 'access', 'call', 'health', 'live', 'connection']

class InOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => ORDER.indexOf(/([\w-]+)\.test\.ts$/.exec(moduleId)?.[1] ?? '')
    return Promise.resolve([...files].sort((one, other) => place(one) - place(other)))
  }
}

// In a real browser against a running installation: tests/stack/test_dashboard.py starts both.
// DASHBOARD_PICTURES names the folder that pictures go to, and takes them instead of testing.
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: [process.env.DASHBOARD_PICTURES ? 'pictures.ts' : '*.test.ts'],
    environment: 'node',
    globalSetup: 'first-call.ts',
    // One after the other, in one browser: they share the installation.
    pool: 'threads',
    fileParallelism: false,
    isolate: false,
    sequence: { sequencer: InOrder },
    testTimeout: 90_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
  },
})
