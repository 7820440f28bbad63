import { oneOf, searchParams } from '@/shared/url/search'

export const TABS = ['users', 'keys', 'company', 'audit'] as const
export type Tab = (typeof TABS)[number]

export const read = searchParams({ tab: oneOf(...TABS) })
