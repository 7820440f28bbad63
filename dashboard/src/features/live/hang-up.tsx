// Ends a call, after it was asked once more.
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/shared/api'
import { useProblemText } from '@/shared/ui'
import classes from './hang-up.module.css'

export function HangUp({ callId }: { callId: string }) {
  const { t } = useTranslation('live')
  const [asking, setAsking] = useState(false)
  const first = useRef<HTMLButtonElement>(null)
  const wasAsking = useRef(false)
  const hangUp = useMutation({
    mutationFn: () => ask(api.POST('/api/calls/{call_id}/hangup', { params: { path: { call_id: callId } } })),
    onError: () => setAsking(false),
  })
  const failed = useProblemText(hangUp.error)
  useEffect(() => {
    // The focus follows the buttons that take each other's place.
    if (asking !== wasAsking.current) first.current?.focus()
    wasAsking.current = asking
  }, [asking])
  if (asking) {
    return (
      <span className={classes.asking} role="group" aria-label={t('hangUp.sure')}>
        <span>{t('hangUp.sure')}</span>
        <Button ref={first} size="xs" variant="default" onClick={() => setAsking(false)}>
          {t('hangUp.no')}
        </Button>
        <Button size="xs" color="red.8" loading={hangUp.isPending || hangUp.isSuccess} onClick={() => hangUp.mutate()}>
          {t('hangUp.yes')}
        </Button>
      </span>
    )
  }
  return (
    <span className={classes.asking}>
      {hangUp.error && <span role="alert">{failed.title}</span>}
      <Button ref={first} size="xs" variant="default" className={classes.button} onClick={() => setAsking(true)}>
        {t('hangUp.ask')}
      </Button>
    </span>
  )
}
