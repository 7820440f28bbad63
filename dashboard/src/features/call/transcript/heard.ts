// Where the caller stopped hearing what the bot said.

export interface Heard {
  heard: string
  unheard: string
}

/** `text` in two: what was heard, and the rest. They are compared word by word, as spaces may differ. */
export function splitHeard(text: string, heard: string): Heard {
  if (text === heard) return { heard: text, unheard: '' }
  const said = [...text.matchAll(/\S+/g)]
  const known = heard.match(/\S+/g) ?? []
  const same = said.findIndex((word, at) => word[0] !== known[at])
  if (same < 0) return { heard: text, unheard: '' }
  const cut = said[same]?.index ?? text.length
  return { heard: text.slice(0, cut).trimEnd(), unheard: text.slice(cut) }
}
