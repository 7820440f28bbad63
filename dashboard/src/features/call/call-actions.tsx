// What one can do to a call in progress: let the bot say something, hang up.
import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/shared/api'
import { notify, useProblemText } from '@/shared/ui'
import { CrossIcon } from '@/shared/ui/icons'
import classes from './call.module.css'
import type { CallDetail } from './call-types'

export function HangUp({ call }: { call: CallDetail }) {
  const { t } = useTranslation('call')
  const [asking, setAsking] = useState(false)
  const hangUp = useMutation({
    mutationFn: () => ask(api.POST('/api/calls/{call_id}/hangup', { params: { path: { call_id: call.id } } })),
    onSuccess: () => notify.ok(t('act.hangingUp')),
    onSettled: () => setAsking(false),
  })
  return (
    <>
      {asking ? (
        <div className={classes.sure} role="group" aria-label={t('act.sure')}>
          <span className={classes.question}>{t('act.sure')}</span>
          {/* The focus goes to where nothing happens by mistake. */}
          <Button variant="default" ref={(button) => button?.focus()} onClick={() => setAsking(false)}>
            {t('act.no')}
          </Button>
          <Button className={classes.dangerous} loading={hangUp.isPending} onClick={() => hangUp.mutate()}>
            {t('act.yes')}
          </Button>
        </div>
      ) : (
        <Button
          className={classes.danger}
          leftSection={<CrossIcon size={15} />}
          loading={call.state === 'ending'}
          onClick={() => setAsking(true)}
        >
          {t('act.hangUp')}
        </Button>
      )}
      {hangUp.error && <Refused error={hangUp.error} />}
    </>
  )
}

/** The bot says it now, whatever it was saying. */
export function Say({ call }: { call: CallDetail }) {
  const { t } = useTranslation('call')
  const [text, setText] = useState('')
  const say = useMutation({
    mutationFn: () =>
      ask(api.POST('/api/calls/{call_id}/say', { params: { path: { call_id: call.id } }, body: { text: text.trim() } })),
    onSuccess: () => setText(''),
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (text.trim() && !say.isPending) say.mutate()
  }
  return (
    <form className={classes.say} onSubmit={submit}>
      <TextInput
        className={classes.sayField}
        aria-label={t('act.sayLabel')}
        placeholder={t('act.sayLabel')}
        maxLength={1000}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={!text.trim()} loading={say.isPending}>
        {t('act.say')}
      </Button>
      {say.error && <Refused error={say.error} />}
    </form>
  )
}

function Refused({ error }: { error: Error }) {
  const { title, next } = useProblemText(error)
  return (
    <p role="alert" className={classes.refused}>
      {title}. {next}
    </p>
  )
}
