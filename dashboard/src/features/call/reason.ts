// Why a call was ended, in words of the language.
import { useTranslation } from 'react-i18next'

/** The API's own sentences, and the names of their texts. */
const KNOWN: Record<string, string> = {
  'the bot said goodbye': 'goodbye',
  'asked by the API': 'asked',
  'the caller did not speak': 'silence',
  'no voice could be had': 'voice',
  'the gateway met a fault': 'fault',
  'not accepted': 'turnedAway',
  'the carrier did not confirm the dial': 'unconfirmed',
}

export function reasonKey(reason: string): string | undefined {
  return Object.hasOwn(KNOWN, reason) ? KNOWN[reason] : undefined
}

/** What is not known stays as the API says it. */
export function useReasonText(): (reason: string) => string {
  const { t } = useTranslation('call')
  return (reason) => {
    const key = reasonKey(reason)
    return key ? t(`reason.${key}`) : reason
  }
}
