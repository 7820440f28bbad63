// @vitest-environment node
/// <reference types="node" />
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { firstLanguage } from './i18n'

const SRC = path.resolve('src')
const FOLDERS = [
  'app',
  'shared',
  ...readdirSync(path.join(SRC, 'features')).map((name) => `features/${name}`),
].filter((folder) => existsSync(path.join(SRC, folder, 'locales')))
const PLURAL = /_(zero|one|two|few|many|other)$/

type Texts = Record<string, unknown>

function flat(texts: Texts, before = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [name, value] of Object.entries(texts)) {
    if (typeof value === 'string') all.set(before + name, value)
    else for (const [inner, text] of flat(value as Texts, `${before}${name}.`)) all.set(inner, text)
  }
  return all
}

function texts(folder: string, language: string): Map<string, string> {
  const file = path.join(SRC, folder, 'locales', `${language}.json`)
  return flat(JSON.parse(readFileSync(file, 'utf8')) as Texts)
}

const bare = (keys: Iterable<string>) => new Set([...keys].map((key) => key.replace(PLURAL, '')))
const holes = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map((found) => found[1]).sort()

/** Keys asked for as `t('a.b')`, `t(['a', 'b'])`, `textKey: 'app:a.b'`; those put together, as their fixed beginning. */
function asked(folder: string): { namespace: string; key: string; whole: boolean }[] {
  const own = folder.split('/').at(-1) as string
  const found: { namespace: string; key: string; whole: boolean }[] = []
  const add = (text: string) => {
    const [first = '', rest] = text.split(':', 2)
    const [namespace, key] = rest === undefined ? [own, first] : [first, rest]
    const at = key.indexOf('${')
    found.push({ namespace, key: at < 0 ? key : key.slice(0, at), whole: at < 0 })
  }
  for (const file of readdirSync(path.join(SRC, folder), { recursive: true, encoding: 'utf8' })) {
    if (!/(?<!\.test|\.d)\.tsx?$/.test(file)) continue
    const source = readFileSync(path.join(SRC, folder, file), 'utf8')
    for (const call of source.matchAll(/\bt\(\s*(\[[^\]]*\]|'[^']+'|`[^`]+`)/g)) {
      for (const text of (call[1] as string).matchAll(/'([^']+)'|`([^`]+)`/g)) add((text[1] ?? text[2]) as string)
    }
    for (const text of source.matchAll(/\b(?:textKey|i18nKey)[=:]\s*\{?['"]([^'"]+)['"]/g)) add(text[1] as string)
  }
  return found
}

const ASKED = FOLDERS.flatMap(asked)

describe.each(FOLDERS)('texts of %s', (folder) => {
  const name = folder.split('/').at(-1)
  const en = texts(folder, 'en')
  const es = texts(folder, 'es')

  test('both languages say the same things', () => {
    expect([...bare(es.keys())].sort()).toEqual([...bare(en.keys())].sort())
    for (const [key, text] of en) if (es.has(key)) expect(holes(es.get(key) as string), key).toEqual(holes(text))
    expect([...en, ...es].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  test('no text is missing', () => {
    const known = bare(en.keys())
    const mine = ASKED.filter((each) => each.namespace === name)
    const missing = mine.filter(({ key, whole }) =>
      whole ? !known.has(key) : ![...known].some((each) => each.startsWith(key)),
    )
    expect(missing).toEqual([])
  })

  test('no text is unused', () => {
    const mine = ASKED.filter((each) => each.namespace === name)
    const unused = [...bare(en.keys())].filter(
      (key) => !mine.some((use) => (use.whole ? use.key === key : key.startsWith(use.key))),
    )
    expect(unused).toEqual([])
  })
})

test.each([
  ['es', ['en-US'], 'es'],
  [null, ['es-CO', 'en'], 'es'],
  [null, ['fr', 'en-GB'], 'en'],
  [null, ['fr'], 'en'],
  ['xx', ['es'], 'es'],
] as const)('remembered %s, wished %s: %s', (remembered, wished, shown) => {
  expect(firstLanguage(remembered, wished)).toBe(shown)
})
