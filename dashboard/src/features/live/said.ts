// Parts of what is said, as they fit and as they were heard.

/** The end of a text that grows at its end, from the beginning of a word. */
export function ending(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(-most)
  const word = cut.search(/\s\S/)
  return `…${word < 0 ? cut : cut.slice(word)}`
}

/** What of it was heard, and what was not. */
export function heardParts(text: string, heard: string): [string, string] {
  const clean = heard.trimEnd()
  return text.startsWith(clean) ? [clean, text.slice(clean.length)] : [text, '']
}
