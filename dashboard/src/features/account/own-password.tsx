// Another password for oneself.
import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, type Me } from '@/shared/api'
import { NewPassword, weaknessesOf } from '@/shared/people'
import { notify, Panel } from '@/shared/ui'
import { Refusal, useWait } from '@/shared/ui/refusal'
import classes from './account.module.css'

const NONE = { old_password: '', new_password: '' }

export function OwnPassword({ me }: { me: Me }) {
  const { t } = useTranslation('account')
  const [given, setGiven] = useState(NONE)
  const save = useMutation({
    mutationFn: () => ask(api.POST('/api/auth/password', { body: given })),
    onSuccess: () => {
      setGiven(NONE)
      notify.ok(t('password.saved'))
    },
  })
  const waitS = useWait(save.error)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!save.isPending && waitS === 0) save.mutate()
  }
  return (
    <Panel title={t('password.title')}>
      <form className={classes.form} onSubmit={submit}>
        <p className={classes.about}>{t('password.about')}</p>
        {/* So that password managers know whose it is. */}
        <input type="hidden" name="username" autoComplete="username" value={me.email} />
        <PasswordInput
          required
          label={t('password.old')}
          autoComplete="current-password"
          maxLength={200}
          value={given.old_password}
          onChange={(event) => setGiven({ ...given, old_password: event.currentTarget.value })}
          visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0 }}
        />
        <NewPassword
          label={t('password.new')}
          value={given.new_password}
          onChange={(chosen) => setGiven({ ...given, new_password: chosen })}
          owner={me}
          size="sm"
          error={save.error}
        />
        {!weaknessesOf(save.error) && <Refusal error={save.error} waitS={waitS} />}
        <div>
          <Button type="submit" loading={save.isPending} disabled={waitS > 0}>
            {t('password.save')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
