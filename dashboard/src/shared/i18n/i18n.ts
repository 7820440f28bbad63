// The texts: one file per folder and language, loaded when they are needed.
import i18next, { type BackendModule, type i18n as I18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { readStored, writeStored } from '@/shared/hooks/stored'

export const LANGUAGES = ['es', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const REMEMBERED = 'centralita.language'

type Texts = Record<string, unknown>
const files: Record<string, () => Promise<unknown>> = {
  ...import.meta.glob('/src/features/*/locales/*.json', { import: 'default' }),
  ...import.meta.glob(['/src/app/locales/*.json', '/src/shared/locales/*.json'], { import: 'default' }),
}

function fileOf(language: string, namespace: string): (() => Promise<unknown>) | undefined {
  const folder = ['app', 'shared'].includes(namespace) ? namespace : `features/${namespace}`
  return files[`/src/${folder}/locales/${language}.json`]
}

/** Namespaces are folders: `app`, `shared`, and the name of each feature. */
const fromFiles: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = fileOf(language, namespace)
    if (!load) { done(new Error(`there are no texts for ${namespace} in ${language}`), false); return; }
    load().then(
      (texts) => done(null, texts as Texts),
      (error: unknown) => done(error as Error, false),
    )
  },
}

function isLanguage(name: string): name is Language {
  return (LANGUAGES as readonly string[]).includes(name)
}

/** What was chosen, or the first language of the browser that there are texts in. */
export function firstLanguage(remembered: string | null, wished: readonly string[]): Language {
  const short = [remembered ?? '', ...wished].map((name) => name.slice(0, 2).toLowerCase())
  return short.find(isLanguage) ?? 'en'
}

export function makeI18n(): I18n {
  const made = i18next.createInstance()
  made.on('languageChanged', (language) => {
    document.documentElement.lang = language
  })
  return made.use(fromFiles).use(initReactI18next)
}

export async function startI18n(made: I18n, language?: Language): Promise<I18n> {
  await made.init({
    lng: language ?? firstLanguage(readStored(REMEMBERED), navigator.languages),
    fallbackLng: false,
    ns: ['app', 'shared'],
    defaultNS: 'shared',
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  document.documentElement.lang = made.language
  return made
}

export async function chooseLanguage(made: I18n, language: Language): Promise<void> {
  writeStored(REMEMBERED, language)
  await made.changeLanguage(language)
}
