// A deed that asks once more before it is done.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './settings.module.css'

interface Props {
  ask: string
  /** The question. */
  sure: string
  onYes: () => void
}

export function Sure({ ask, sure, onYes }: Props) {
  const { t } = useTranslation('settings')
  const [asking, setAsking] = useState(false)
  if (!asking) {
    return (
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        {ask}
      </Button>
    )
  }
  const yes = () => {
    setAsking(false)
    onYes()
  }
  return (
    <div className={classes.row} role="group" aria-label={sure}>
      <span>{sure}</span>
      {/* The focus goes to where nothing happens by mistake. */}
      <Button variant="default" size="xs" ref={(button) => button?.focus()} onClick={() => setAsking(false)}>
        {t('no')}
      </Button>
      <Button variant="default" size="xs" className={classes.danger} onClick={yes}>
        {ask}
      </Button>
    </div>
  )
}
