// A question mark that explains what stands beside it, on hover, focus and touch.
import { Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './hint.module.css'

export function Hint({ about, children }: { about: string; children: string }) {
  const { t } = useTranslation('shared')
  return (
    <Tooltip label={children} multiline w={260} events={{ hover: true, focus: true, touch: true }}>
      <button type="button" className={classes.hint} aria-label={t('hint', { about })}>
        ?
      </button>
    </Tooltip>
  )
}
