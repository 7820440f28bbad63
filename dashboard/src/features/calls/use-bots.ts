// The bots one can filter by: those whose calls were seen since the page was opened.
import { useState } from 'react'

export function withNew(known: readonly string[], rows: readonly { bot_id: string }[]): readonly string[] {
  const fresh = new Set(rows.map((row) => row.bot_id).filter((id) => id && !known.includes(id)))
  return fresh.size > 0 ? [...known, ...fresh].sort() : known
}

export function useBots(rows: readonly { bot_id: string }[]): readonly string[] {
  const [known, setKnown] = useState<readonly string[]>([])
  const all = withNew(known, rows)
  if (all !== known) setKnown(all)
  return all
}
