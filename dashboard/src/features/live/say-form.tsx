// Puts words into the bot's mouth.
import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/shared/api'
import { useProblemText } from '@/shared/ui'
import type { Call } from './calls'
import classes from './say-form.module.css'

const LONGEST = 1000

export function SayForm({ call }: { call: Call }) {
  const { t } = useTranslation('live')
  const [text, setText] = useState('')
  const say = useMutation({
    mutationFn: (words: string) =>
      ask(api.POST('/api/calls/{call_id}/say', { params: { path: { call_id: call.id } }, body: { text: words } })),
    onSuccess: () => setText(''),
  })
  const failed = useProblemText(say.error)
  const able = call.phase === 'talking'
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    if (able && text.trim() && !say.isPending) say.mutate(text.trim())
  }
  return (
    <form className={classes.form} onSubmit={send}>
      <TextInput
        className={classes.field}
        label={t('say.label')}
        description={able ? undefined : t('say.notNow')}
        placeholder={t('say.example')}
        value={text}
        maxLength={LONGEST}
        disabled={!able}
        error={say.error ? `${failed.title}. ${failed.next}` : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!able || !text.trim()} loading={say.isPending}>
        {t('say.send')}
      </Button>
    </form>
  )
}
