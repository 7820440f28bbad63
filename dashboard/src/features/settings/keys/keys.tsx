// Keys for programs.
import { Button } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '@/shared/hooks/now'
import { useMay } from '@/shared/session'
import { Ago, Answered, DataTable, EmptyState, Moment, notify, StatusBadge, useProblemText, type DataColumn } from '@/shared/ui'
import { LockIcon } from '@/shared/ui/icons'
import { More } from '../more'
import classes from '../settings.module.css'
import { Sure } from '../sure'
import { KEY_TONES, stateOf } from './key-state'
import { useKeys, useRevokeKey, type Key } from './use-keys'

const KeyDialog = lazy(() => import('./key-dialog'))

export function Keys() {
  const { t } = useTranslation('settings')
  const may = useMay()('keys:write')
  const { query, rows, more } = useKeys()
  const [making, setMaking] = useState(false)
  const columns = useColumns(may)
  return (
    <>
      <div className={classes.bar}>
        <p className={classes.about}>{t('keys.about')}</p>
        {may && <Button onClick={() => setMaking(true)}>{t('keys.make')}</Button>}
      </div>
      <Answered query={query}>
        {() => (
          <DataTable
            label={t('tab.keys')}
            columns={columns}
            rows={rows}
            rowId={(key) => key.id}
            empty={<EmptyState icon={LockIcon} title={t('keys.none')} next={t('keys.noneNext')} />}
            footer={<More {...more} />}
          />
        )}
      </Answered>
      <Suspense>{making && <KeyDialog onClose={() => setMaking(false)} />}</Suspense>
    </>
  )
}

function useColumns(may: boolean): DataColumn<Key>[] {
  const { t } = useTranslation('settings')
  const nowS = useNow(60_000) / 1000
  const columns: DataColumn<Key>[] = [
    {
      id: 'name',
      label: t('keys.name'),
      phone: 'title',
      cell: (key) => (
        <span className={classes.person}>
          <strong>{key.name}</strong>
          <span className={classes.mono}>{key.prefix}…</span>
        </span>
      ),
      sortBy: (key) => key.name,
    },
    {
      id: 'state',
      label: t('keys.state'),
      cell: (key) => {
        const state = stateOf(key, nowS)
        return <StatusBadge tone={KEY_TONES[state]}>{t(`keys.is.${state}`)}</StatusBadge>
      },
    },
    {
      id: 'scopes',
      label: t('keys.scopes'),
      cell: (key) => <span title={key.scopes.join(', ')}>{t('keys.count', { count: key.scopes.length })}</span>,
    },
    {
      id: 'used',
      label: t('keys.used'),
      cell: (key) => (key.last_used_at === null ? t('keys.never') : <Ago at={key.last_used_at} />),
      sortBy: (key) => key.last_used_at,
    },
    {
      id: 'ends',
      label: t('keys.ends'),
      cell: (key) => (key.expires_at === null ? t('keys.never') : <Moment at={key.expires_at} />),
      sortBy: (key) => key.expires_at,
    },
  ]
  if (may) {
    columns.push({
      id: 'do',
      label: t('keys.do'),
      align: 'end',
      cell: (key) => (key.revoked_at === null ? <Revoke apiKey={key} /> : '–'),
    })
  }
  return columns
}

function Revoke({ apiKey }: { apiKey: Key }) {
  const { t } = useTranslation('settings')
  const revoke = useRevokeKey()
  const failed = useProblemText(revoke.error)
  return (
    <>
      <Sure
        ask={t('keys.revoke')}
        sure={t('keys.revokeSure')}
        onYes={() => revoke.mutate(apiKey, { onSuccess: () => notify.ok(t('keys.revoked', apiKey)) })}
      />
      {revoke.error && <span role="alert">{failed.title}</span>}
    </>
  )
}
