// Asks for a link for a new password. What is answered is the same whether somebody has the address or not.
import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/shared/api'
import { Command, Door, DoorForm, DoorNote } from '@/shared/ui/door'
import { Refusal, useWait } from '@/shared/ui/refusal'

export function ForgotPasswordPage() {
  const { t } = useTranslation('forgot-password')
  const [email, setEmail] = useState('')
  const first = useRef<HTMLInputElement>(null)
  const wish = useMutation({
    mutationFn: (address: string) => ask(api.POST('/api/auth/forgot-password', { body: { email: address } })),
  })
  const waitS = useWait(wish.error)
  useEffect(() => first.current?.focus(), [])
  const submit = () => {
    if (!wish.isPending && waitS === 0) wish.mutate(email.trim())
  }
  const back = (
    <DoorNote>
      <Link to="/sign-in">{t('back')}</Link>
    </DoorNote>
  )
  if (wish.isSuccess) {
    return (
      <Door title={t('sent')}>
        <div role="status">
          <DoorNote>{t('sentAbout', { email: wish.variables })}</DoorNote>
        </div>
        <DoorNote>{t('noLetter')}</DoorNote>
        <Command>gateway reset-owner</Command>
        {back}
      </Door>
    )
  }
  return (
    <Door title={t('title')} about={t('about')}>
      <DoorForm onSubmit={submit}>
        <TextInput
          ref={first}
          required
          type="email"
          size="md"
          name="email"
          autoComplete="username"
          label={t('email')}
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Refusal error={wish.error} waitS={waitS} />
        <Button type="submit" size="md" fullWidth loading={wish.isPending} disabled={waitS > 0}>
          {t('send')}
        </Button>
      </DoorForm>
      {back}
    </Door>
  )
}
