// Who is told nothing for a while, and until when.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import { Moment, notify } from '@/shared/ui'
import classes from './alerts.module.css'
import { useSilences, useUnsilence } from './use-health'

export function Silences() {
  const silences = useSilences()
  return silences.data?.items.map((silence) => <Silence key={silence.id} silence={silence} />)
}

function Silence({ silence }: { silence: Schema<'SilenceOut'> }) {
  const { t } = useTranslation('health')
  const end = useUnsilence()
  return (
    <p className={classes.silence} style={{ margin: 0 }}>
      <span>
        {silence.rule_id ? t('silences.rule', { rule: silence.rule_id }) : t('silences.all')} <Moment at={silence.until} />
        {silence.reason && ` · ${silence.reason}`}
      </span>
      <Button
        size="compact-xs"
        variant="default"
        loading={end.isPending}
        onClick={() => end.mutate(silence.id, { onError: () => notify.bad(t('silences.failed')) })}
      >
        {t('silences.end')}
      </Button>
    </p>
  )
}
