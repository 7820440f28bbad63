// What can be said of a password before the gateway is asked, which knows more reasons.
import { ApiProblem } from '@/shared/api'

export const SHORTEST = 10

/** Reasons, as the API names them. */
export const WEAKNESSES = ['too_short', 'too_long', 'unreadable', 'like_email', 'like_name', 'common'] as const
export type Weakness = (typeof WEAKNESSES)[number]

const isWeakness = (name: string): name is Weakness => (WEAKNESSES as readonly string[]).includes(name)

/** Lower case letters alone, without accents. */
function letters(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{Letter}]/gu, '')
}

export interface Owner {
  name?: string
  email?: string
}

/** Nothing but one of the words, with figures and signs around it. */
function isLike(password: string, words: readonly string[]): boolean {
  const bare = letters(password)
  return bare !== '' && words.some((word) => letters(word) === bare)
}

export function isLikeOwner(password: string, { name = '', email = '' }: Owner): boolean {
  const local = email.split('@')[0] ?? ''
  return isLike(password, [name, ...name.split(/\s+/), email, local, ...local.split(/[._-]/)])
}

/** Characters as the gateway counts them. */
export const isLongEnough = (password: string): boolean => Array.from(password.normalize('NFKC')).length >= SHORTEST

/** The reasons of a refusal; null when it was refused for something else. */
export function weaknessesOf(error: unknown): Weakness[] | null {
  if (!(error instanceof ApiProblem) || error.code !== 'weak_password') return null
  return error.faults.map((fault) => fault.message).filter(isWeakness)
}
