// Who begins: a company and its first owner.
import { Button, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NewPassword, weaknessesOf } from '@/shared/people'
import { DoorForm } from '@/shared/ui/door'
import { Refusal, useWait } from '@/shared/ui/refusal'

export interface Newcomer {
  company: string
  name: string
  email: string
  password: string
}

interface Props {
  pending: boolean
  error: unknown
  onBegin: (newcomer: Newcomer) => void
}

export function NewcomerForm({ pending, error, onBegin }: Props) {
  const { t } = useTranslation('welcome')
  const [given, setGiven] = useState<Newcomer>({ company: '', name: '', email: '', password: '' })
  const first = useRef<HTMLInputElement>(null)
  const waitS = useWait(error)
  useEffect(() => first.current?.focus(), [])
  const change = (some: Partial<Newcomer>) => setGiven((before) => ({ ...before, ...some }))
  const submit = () => {
    if (!pending && waitS === 0) onBegin(given)
  }
  return (
    <DoorForm onSubmit={submit}>
      <TextInput
        ref={first}
        required
        size="md"
        name="company"
        autoComplete="organization"
        label={t('company')}
        maxLength={200}
        value={given.company}
        onChange={(event) => change({ company: event.currentTarget.value })}
      />
      <TextInput
        required
        size="md"
        name="name"
        autoComplete="name"
        label={t('name')}
        maxLength={200}
        value={given.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        required
        type="email"
        size="md"
        name="email"
        autoComplete="username"
        label={t('email')}
        description={t('emailHint')}
        maxLength={254}
        value={given.email}
        onChange={(event) => change({ email: event.currentTarget.value })}
      />
      <NewPassword value={given.password} onChange={(password) => change({ password })} owner={given} error={error} />
      {!weaknessesOf(error) && <Refusal error={error} waitS={waitS} />}
      <Button type="submit" size="md" fullWidth loading={pending} disabled={waitS > 0}>
        {t('begin')}
      </Button>
    </DoorForm>
  )
}
