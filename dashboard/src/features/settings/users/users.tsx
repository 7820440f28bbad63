// Who works here, and in which role.
import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe } from '@/shared/session'
import { Ago, Answered, DataTable, EmptyState, StatusBadge, type DataColumn, type Tone } from '@/shared/ui'
import { PersonIcon, SearchIcon } from '@/shared/ui/icons'
import { More } from '../more'
import classes from '../settings.module.css'
import { useUsers, type User } from './use-users'

const InviteDialog = lazy(() => import('./invite-dialog'))
const UserDialog = lazy(() => import('./user-dialog'))

const TONES: Record<string, Tone> = { active: 'ok', invited: 'info', disabled: 'idle' }

type Open = { what: 'invite' } | { what: 'user'; id: string } | null

export function Users() {
  const { t } = useTranslation('settings')
  const may = useMay()('users:write')
  const [q, setQ] = useState('')
  const [wanted] = useDebouncedValue(q.trim(), 250)
  const { query, rows, more } = useUsers(wanted)
  const [open, setOpen] = useState<Open>(null)
  const columns = useColumns()
  const chosen = open?.what === 'user' ? rows.find((user) => user.id === open.id) : undefined
  return (
    <>
      <div className={classes.bar}>
        <TextInput
          type="search"
          aria-label={t('users.search')}
          placeholder={t('users.search')}
          leftSection={<SearchIcon size={16} />}
          maxLength={100}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        {may && <Button onClick={() => setOpen({ what: 'invite' })}>{t('users.invite')}</Button>}
      </div>
      <Answered query={query}>
        {() => (
          <DataTable
            label={t('tab.users')}
            columns={columns}
            rows={rows}
            rowId={(user) => user.id}
            onOpen={may ? (user) => setOpen({ what: 'user', id: user.id }) : undefined}
            empty={<EmptyState icon={PersonIcon} title={t('users.none')} next={t('users.noneNext')} />}
            footer={<More {...more} />}
          />
        )}
      </Answered>
      <Suspense>
        {open?.what === 'invite' && <InviteDialog onClose={() => setOpen(null)} />}
        {chosen && <UserDialog user={chosen} onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  )
}

function useColumns(): DataColumn<User>[] {
  const { t } = useTranslation('settings')
  const me = useMe()
  return [
    {
      id: 'name',
      label: t('users.name'),
      phone: 'title',
      cell: (user) => (
        <span className={classes.person}>
          <strong>
            {user.name}
            {user.id === me?.id && ` (${t('users.you')})`}
          </strong>
          <span className={classes.small}>{user.email}</span>
        </span>
      ),
      sortBy: (user) => user.name,
    },
    {
      id: 'role',
      label: t('users.role'),
      cell: (user) => t(`app:role.${user.role}`, { defaultValue: user.role }),
      sortBy: (user) => user.role,
    },
    {
      id: 'status',
      label: t('users.status'),
      cell: (user) => (
        <StatusBadge tone={TONES[user.status] ?? 'idle'}>
          {t(`users.is.${user.status}`, { defaultValue: user.status })}
        </StatusBadge>
      ),
    },
    { id: 'totp', label: t('users.totp'), cell: (user) => (user.totp ? t('yes') : t('no')) },
    {
      id: 'last',
      label: t('users.last'),
      cell: (user) => (user.last_login_at === null ? '–' : <Ago at={user.last_login_at} />),
      sortBy: (user) => user.last_login_at,
    },
  ]
}
