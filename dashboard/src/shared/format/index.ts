import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { makeFormat, type Format } from './format'

export { grouped } from './phone'
export type { Format } from './format'

/** Formats of the language that is shown. */
export function useFormat(): Format {
  const { i18n } = useTranslation()
  const language = i18n.language
  return useMemo(() => makeFormat(language), [language])
}
