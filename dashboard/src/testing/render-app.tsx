// The whole app in a test, at an address, with an API and events that the test makes.
import { createMemoryHistory } from '@tanstack/react-router'
import { act, render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { App } from '@/app/app'
import { makeParts, type Parts } from '@/app/parts'
import type { Language } from '@/shared/i18n'
import { FakeEventSource } from './fake-event-source'

export interface RenderedApp extends Parts {
  user: ReturnType<typeof userEvent.setup>
  /** Sends an event of the gateway. */
  emit: (name: string, data?: unknown) => void
}

/** Call `fakeApi(…)` before. */
export async function renderApp(at = '/', language: Language = 'en'): Promise<RenderedApp> {
  const sources: FakeEventSource[] = []
  const parts = await makeParts({
    history: createMemoryHistory({ initialEntries: [at] }),
    language,
    openEvents: () => {
      const source = new FakeEventSource()
      sources.push(source)
      return source
    },
  })
  parts.client.setDefaultOptions({ queries: { ...parts.client.getDefaultOptions().queries, retryDelay: 1 } })
  await act(async () => {
    render(<App parts={parts} />)
    await parts.router.load()
  })
  const emit = (name: string, data?: unknown) => act(() => sources.at(-1)?.emit(name, data))
  return { ...parts, user: userEvent.setup(), emit }
}
