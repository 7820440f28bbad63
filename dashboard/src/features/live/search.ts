// What the page of live calls keeps in its address: whose drawer is open.
import { searchParams, text } from '@/shared/url'

export const read = searchParams({ call: text(64) })
