// The providers around the routes.
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { I18nextProvider } from 'react-i18next'
import { cssVariables, theme } from '@/shared/theme/theme'
import type { Parts } from './parts'

export function App({ parts }: { parts: Parts }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <I18nextProvider i18n={parts.i18n}>
        <QueryClientProvider client={parts.client}>
          <RouterProvider router={parts.router} />
        </QueryClientProvider>
      </I18nextProvider>
    </MantineProvider>
  )
}
