// What the list of calls keeps in its address.
import { day, oneOf, searchParams, text, type SearchOf } from '@/shared/url'

export const SPANS = ['today', '7d', '30d', 'custom'] as const
export type Span = (typeof SPANS)[number]

const readers = {
  q: text(100),
  when: oneOf(...SPANS),
  from: day(),
  to: day(),
  direction: oneOf('inbound', 'outbound'),
  /** `live`, or a phase of the API. */
  state: text(40),
  cause: text(40),
  bot: text(100),
}

export const read = searchParams(readers)
export type CallsSearch = SearchOf<typeof readers>
