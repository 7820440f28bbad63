// What stands on the pages, from the same files: tests look for names, and names may be reworded.
import { readFileSync } from 'node:fs'

export type Language = 'en' | 'es'
export type Say = (key: string, values?: Record<string, string | number>) => string

type Texts = { [key: string]: string | Texts }
const read = new Map<string, Texts>()

function texts(language: Language, namespace: string): Texts {
  const folder = ['app', 'shared'].includes(namespace) ? namespace : `features/${namespace}`
  const path = new URL(`../src/${folder}/locales/${language}.json`, import.meta.url)
  const known = read.get(path.href) ?? (JSON.parse(readFileSync(path, 'utf8')) as Texts)
  read.set(path.href, known)
  return known
}

/** `say('app:nav.home')`: a text that does not exist fails the test. */
export function speak(language: Language): Say {
  return (name, values = {}) => {
    const [namespace = '', key = ''] = name.split(':')
    const found = key.split('.').reduce<Texts | string | undefined>(
      (at, part) => (typeof at === 'object' ? at[part] : undefined),
      texts(language, namespace),
    )
    if (typeof found !== 'string') throw new Error(`there is no text ${name} in ${language}`)
    return found.replace(/\{\{(\w+)[^}]*\}\}/g, (_, value: string) => String(values[value] ?? ''))
  }
}
