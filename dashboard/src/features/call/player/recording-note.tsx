// What stands in the place of the player while there is nothing to play.
import { Loader } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { StatusDot } from '@/shared/ui'
import type { RecordingState } from '../recording'
import classes from './recording-note.module.css'

export function RecordingNote({ state }: { state: Exclude<RecordingState, 'there'> }) {
  const { t } = useTranslation('call')
  return (
    <p className={classes.note} role="status">
      {state === 'live' && <StatusDot tone="bad" pulse />}
      {state === 'coming' && <Loader size={14} />}
      {state === 'none' && <StatusDot tone="idle" />}
      {t(`recording.${state}`)}
    </p>
  )
}
