// Chooses a new password with the link of a letter or of the terminal.
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, hasCode } from '@/shared/api'
import { NewPassword, weaknessesOf } from '@/shared/people'
import { Command, Door, DoorForm, DoorNote } from '@/shared/ui/door'
import { Refusal, useWait } from '@/shared/ui/refusal'
import { useFragment } from '@/shared/url'

export function ResetPasswordPage() {
  const { t } = useTranslation('reset-password')
  const token = useFragment()
  const [password, setPassword] = useState('')
  const reset = useMutation({
    mutationFn: (chosen: string) => ask(api.POST('/api/auth/reset-password', { body: { token, password: chosen } })),
  })
  const waitS = useWait(reset.error)
  const submit = () => {
    if (!reset.isPending && waitS === 0) reset.mutate(password)
  }
  if (reset.isSuccess) {
    return (
      <Door title={t('done')} about={t('doneAbout')}>
        <Button component={Link} to="/sign-in" size="md" fullWidth>
          {t('signIn')}
        </Button>
      </Door>
    )
  }
  if (token === '' || hasCode(reset.error, 'bad_link')) {
    return (
      <Door title={t('expired')} about={t('expiredAbout')}>
        <Button component={Link} to="/forgot-password" size="md" fullWidth>
          {t('again')}
        </Button>
        <DoorNote>{t('owner')}</DoorNote>
        <Command>gateway reset-owner</Command>
      </Door>
    )
  }
  return (
    <Door title={t('title')} about={t('about')}>
      <DoorForm onSubmit={submit}>
        <NewPassword value={password} onChange={setPassword} error={reset.error} />
        {!weaknessesOf(reset.error) && <Refusal error={reset.error} waitS={waitS} />}
        <Button type="submit" size="md" fullWidth loading={reset.isPending} disabled={waitS > 0}>
          {t('save')}
        </Button>
      </DoorForm>
    </Door>
  )
}
