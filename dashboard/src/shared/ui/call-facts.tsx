// Small facts of a call in words: where it came from, why it ended.
import { useTranslation } from 'react-i18next'
import { InIcon, OutIcon } from './icons'
import classes from './call-facts.module.css'
import { CAUSES, isCause } from './tone'
import { StatusDot } from './badge'

/** An arrow; its word is read aloud and shown as a hint. */
export function Direction({ direction }: { direction: string }) {
  const { t } = useTranslation('shared')
  const inbound = direction === 'inbound'
  const word = inbound ? t('direction.inbound') : t('direction.outbound')
  return (
    <span className={classes.direction} data-inbound={inbound || undefined} role="img" aria-label={word} title={word}>
      {inbound ? <InIcon size={15} /> : <OutIcon size={15} />}
    </span>
  )
}

/** The words for a hangup cause; what the API adds later stays as it is. */
export function useCauseText(): (cause: string) => string {
  const { t } = useTranslation('shared')
  return (cause) => (isCause(cause) ? t(`cause.${cause}`) : cause || '–')
}

export function HangupCause({ cause }: { cause: string }) {
  const words = useCauseText()
  if (!cause) return <>–</>
  return (
    <span className={classes.cause}>
      <StatusDot tone={isCause(cause) ? CAUSES[cause] : 'idle'} />
      {words(cause)}
    </span>
  )
}
