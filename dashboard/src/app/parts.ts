// Puts together what the app lives on: texts, answers, ways.
import type { QueryClient } from '@tanstack/react-query'
import type { RouterHistory } from '@tanstack/react-router'
import type { i18n as I18n } from 'i18next'
import { NOBODY, sessionQuery } from '@/shared/api'
import { makeI18n, startI18n, type Language } from '@/shared/i18n'
import type { EventSourceLike } from '@/shared/live'
import { makeQueryClient } from '@/shared/query/client'
import { makeRouter, type AppRouter } from './router'

export interface Parts {
  i18n: I18n
  client: QueryClient
  router: AppRouter
  openEvents?: () => EventSourceLike
}

interface Choices {
  history?: RouterHistory
  language?: Language
  openEvents?: () => EventSourceLike
}

export async function makeParts(choices: Choices = {}): Promise<Parts> {
  const i18n = await startI18n(makeI18n(), choices.language)
  const client = makeQueryClient({
    onSignedOut: () => {
      // The shell leads to the sign-in page, with the way back.
      client.setQueryData(sessionQuery.queryKey, NOBODY)
    },
  })
  const router = makeRouter({ client, i18n, openEvents: choices.openEvents }, choices.history)
  return { i18n, client, router }
}
