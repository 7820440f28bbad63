// Who did what, and what changed by it.
import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, type Schema } from '@/shared/api'
import { Answered, DataTable, EmptyState, Moment, type DataColumn } from '@/shared/ui'
import { ArrowDownIcon, SearchIcon } from '@/shared/ui/icons'
import { More } from '../more'
import classes from '../settings.module.css'
import { usePages } from '../use-pages'
import { changesOf } from './changes'

type Entry = Schema<'AuditOut'>

/** The deeds one looks for most; the list shows all of them. */
const ACTIONS = ['create', 'update', 'delete', 'login'] as const

export function Audit() {
  const { t } = useTranslation('settings')
  const [action, setAction] = useState('')
  const { query, rows, more } = usePages<Entry>(['audit', action], (cursor, signal) =>
    ask(api.GET('/api/audit', { params: { query: { ...(action && { action }), ...(cursor && { cursor }) } }, signal })),
  )
  const columns = useColumns()
  return (
    <>
      <div className={classes.bar}>
        <NativeSelect
          label={t('audit.action')}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
          data={[
            { value: '', label: t('audit.every') },
            ...ACTIONS.map((each) => ({ value: each, label: t(`audit.did.${each}`) })),
          ]}
        />
        <Button
          component="a"
          variant="default"
          href={action ? `/api/audit.csv?action=${action}` : '/api/audit.csv'}
          download
          leftSection={<ArrowDownIcon size={15} />}
        >
          {t('audit.export')}
        </Button>
      </div>
      <Answered query={query}>
        {() => (
          <DataTable
            label={t('tab.audit')}
            columns={columns}
            rows={rows}
            rowId={(entry) => entry.id}
            empty={<EmptyState icon={SearchIcon} title={t('audit.none')} next={t('audit.noneNext')} />}
            footer={<More {...more} />}
          />
        )}
      </Answered>
    </>
  )
}

function useColumns(): DataColumn<Entry>[] {
  const { t } = useTranslation('settings')
  return [
    { id: 'at', label: t('audit.at'), cell: (entry) => <span className={classes.whole}><Moment at={entry.at} /></span> },
    {
      id: 'who',
      label: t('audit.who'),
      cell: (entry) => (
        <span className={classes.person}>
          <span>{entry.actor_name || t(`audit.kind.${entry.actor_kind}`, { defaultValue: entry.actor_kind })}</span>
          {entry.address && <span className={classes.small}>{entry.address}</span>}
        </span>
      ),
    },
    {
      id: 'what',
      label: t('audit.what'),
      phone: 'title',
      cell: (entry) => (
        <span className={classes.person}>
          <strong>{t(`audit.did.${entry.action}`, { defaultValue: entry.action })}</strong>
          <span className={classes.small}>{entry.resource}</span>
        </span>
      ),
    },
    { id: 'changes', label: t('audit.changes'), cell: (entry) => <Changes entry={entry} /> },
  ]
}

function Changes({ entry }: { entry: Entry }) {
  const changes = changesOf(entry.before, entry.after)
  if (changes.length === 0) return '–'
  return (
    <dl className={classes.changes}>
      {changes.map(({ field, before, after }) => (
        <div key={field}>
          <dt>{field}: </dt>
          <dd>
            {before !== null && <del>{before}</del>}
            {before !== null && after !== null && ' → '}
            {after !== null && <ins>{after}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
