// One of the people: another role, shut out or let in again, signed out.
import { Button, NativeSelect } from '@mantine/core'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/session'
import { notify } from '@/shared/ui'
import { Dialog } from '@/shared/ui/dialog'
import { Refusal } from '@/shared/ui/refusal'
import { Sure } from '../sure'
import classes from '../settings.module.css'
import { rolesFor, useDeed, type Deed, type Role, type User } from './use-users'

export default function UserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const me = useMe()
  const own = me?.id === user.id
  const [role, setRole] = useState(user.role as Role)
  const deed = useDeed(user)
  const act = (what: Deed, told: string) => {
    deed.mutate(what, {
      onSuccess: () => {
        notify.ok(told)
        onClose()
      },
    })
  }
  const save = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!deed.isPending) act({ do: 'change', change: { role } }, t('saved'))
  }
  const roles = [...new Set([...rolesFor(me?.role), user.role as Role])]
  const enabled = user.status !== 'disabled'
  return (
    <Dialog title={user.name} onClose={onClose}>
      <form className={classes.form} onSubmit={save}>
        <p className={classes.about}>{user.email}</p>
        <NativeSelect
          label={t('users.role')}
          description={own ? t('users.notYourself') : t(`users.can.${role}`)}
          disabled={own}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
          data={roles.map((each) => ({ value: each, label: t(`app:role.${each}`) }))}
        />
        <Refusal error={deed.error} />
        {!own && (
          <div className={classes.row}>
            {user.status === 'invited' && (
              <Button variant="default" size="xs" onClick={() => act({ do: 'invite' }, t('users.invited', user))}>
                {t('users.inviteAgain')}
              </Button>
            )}
            {user.status === 'active' && (
              <Button variant="default" size="xs" onClick={() => act({ do: 'signOut' }, t('users.signedOut'))}>
                {t('users.signOut')}
              </Button>
            )}
            {enabled ? (
              <Sure
                ask={t('users.disable')}
                sure={t('users.disableSure')}
                onYes={() => act({ do: 'change', change: { status: 'disabled' } }, t('users.disabled'))}
              />
            ) : (
              <Button
                variant="default"
                size="xs"
                onClick={() => act({ do: 'change', change: { status: 'active' } }, t('users.enabled'))}
              >
                {t('users.enable')}
              </Button>
            )}
            <Sure
              ask={t('users.remove')}
              sure={t('users.removeSure')}
              onYes={() => act({ do: 'remove' }, t('users.removed'))}
            />
          </div>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={deed.isPending} disabled={own || role === user.role}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
