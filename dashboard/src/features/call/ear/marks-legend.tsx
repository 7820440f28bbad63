// What the colours over the waveform mean.
import { useTranslation } from 'react-i18next'
import classes from './ear.module.css'
import type { Kind } from './marks'

export function MarksLegend({ kinds, worst }: { kinds: readonly Kind[]; worst: boolean }) {
  const { t } = useTranslation('call')
  if (kinds.length === 0) return null
  return (
    <ul className={classes.legend} aria-label={t('ear.legend')}>
      {kinds.map((kind) => (
        <li key={kind}>
          <span className={classes.swatch} data-kind={kind} />
          {t(`ear.kind.${kind}`)}
        </li>
      ))}
      {worst && (
        <li>
          <span className={classes.bracket} />
          {t('worst.title')}
        </li>
      )}
    </ul>
  )
}
