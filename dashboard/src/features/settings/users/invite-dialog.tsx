// Invites somebody, who gets a letter with a link.
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/session'
import { notify } from '@/shared/ui'
import { Dialog } from '@/shared/ui/dialog'
import { Refusal } from '@/shared/ui/refusal'
import classes from '../settings.module.css'
import { rolesFor, useInvite, type Role } from './use-users'

export default function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings')
  const me = useMe()
  const [given, setGiven] = useState({ email: '', name: '', role: 'agent' as Role })
  const invite = useInvite()
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (invite.isPending) return
    invite.mutate(given, {
      onSuccess: () => {
        notify.ok(t('users.invited', { email: given.email }))
        onClose()
      },
    })
  }
  return (
    <Dialog title={t('users.invite')} onClose={onClose}>
      <form className={classes.form} onSubmit={submit}>
        <p className={classes.about}>{t('users.inviteAbout')}</p>
        <TextInput
          data-autofocus
          required
          type="email"
          autoComplete="off"
          label={t('users.email')}
          maxLength={254}
          value={given.email}
          onChange={(event) => setGiven({ ...given, email: event.currentTarget.value })}
        />
        <TextInput
          required
          autoComplete="off"
          label={t('users.name')}
          maxLength={200}
          value={given.name}
          onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('users.role')}
          description={t(`users.can.${given.role}`)}
          value={given.role}
          onChange={(event) => setGiven({ ...given, role: event.currentTarget.value as Role })}
          data={rolesFor(me?.role).map((role) => ({ value: role, label: t(`app:role.${role}`) }))}
        />
        <Refusal error={invite.error} />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {t('users.send')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
