// One component in a test, with texts, theme and answers around it, without the shell.
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { I18nextProvider } from 'react-i18next'
import { makeI18n, startI18n, type Language } from '@/shared/i18n'
import { makeQueryClient } from '@/shared/query/client'
import { theme } from '@/shared/theme/theme'

export async function renderPart(part: ReactNode, language: Language = 'en', namespaces: string[] = []) {
  const i18n = await startI18n(makeI18n(), language)
  await i18n.loadNamespaces(namespaces)
  const client = makeQueryClient({ onSignedOut: () => undefined })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MantineProvider theme={theme} env="test">
      <I18nextProvider i18n={i18n}>
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      </I18nextProvider>
    </MantineProvider>
  )
  return { i18n, client, ...render(part, { wrapper }) }
}
