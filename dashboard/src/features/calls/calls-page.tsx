// All calls, found by what they are.
import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '@/shared/hooks/now'
import { useMay } from '@/shared/session'
import { Answered, DataTable, EmptyState, PageHeader } from '@/shared/ui'
import { ArrowDownIcon, CallsIcon, PhoneIcon, SearchIcon } from '@/shared/ui/icons'
import { useUrlState } from '@/shared/url'
import classes from './calls.module.css'
import { useColumns, type Call } from './columns'
import { FilterBar } from './filter-bar'
import { FilterChips } from './filter-chips'
import { chipsOf, exportPath, NO_FILTERS, queryOf } from './filters'
import { read } from './search'
import { useBots } from './use-bots'
import { useCalls } from './use-calls'

const DialDialog = lazy(() => import('./dial-dialog'))

export function CallsPage() {
  const { t } = useTranslation('calls')
  const [search, change] = useUrlState(read)
  const dials = useMay()('calls:write')
  const [dialing, setDialing] = useState(false)
  // A new day moves the borders of "today".
  const query = queryOf(search, new Date(useNow(60_000)))
  const calls = useCalls(query)
  const rows = calls.data?.pages.flatMap((page) => page.items) ?? []
  const chips = chipsOf(search)
  const bots = useBots(rows)
  return (
    <>
      <PageHeader title={t('title')} about={t('about')}>
        <Button
          component="a"
          variant="default"
          className={classes.export}
          href={exportPath(query)}
          download
          leftSection={<ArrowDownIcon size={15} />}
        >
          {t('export')}
        </Button>
        {dials && (
          <Button leftSection={<PhoneIcon size={16} />} onClick={() => setDialing(true)}>
            {t('dial.open')}
          </Button>
        )}
      </PageHeader>
      <FilterBar search={search} onChange={change} bots={bots} count={chips.length} />
      <FilterChips chips={chips} search={search} onChange={change} />
      <Answered query={calls}>
        {() => (
          <div className={classes.list} data-old={calls.isPlaceholderData || undefined}>
            <CallList
              rows={rows}
              empty={chips.length > 0 ? <NothingFound onClear={() => change(NO_FILTERS)} /> : <NoCalls onDial={dials ? () => setDialing(true) : undefined} />}
              more={
                <More
                  count={rows.length}
                  last={!calls.hasNextPage}
                  loading={calls.isFetchingNextPage}
                  onMore={() => void calls.fetchNextPage()}
                />
              }
            />
          </div>
        )}
      </Answered>
      {dialing && (
        <Suspense>
          <DialDialog onClose={() => setDialing(false)} />
        </Suspense>
      )}
    </>
  )
}

interface ListProps {
  rows: readonly Call[]
  empty: ReactNode
  more: ReactNode
}

function CallList({ rows, empty, more }: ListProps) {
  const { t } = useTranslation('calls')
  const navigate = useNavigate()
  const columns = useColumns()
  return (
    <DataTable
      label={t('title')}
      columns={columns}
      rows={rows}
      rowId={(call) => call.id}
      onOpen={(call) => void navigate({ to: '/calls/$callId', params: { callId: call.id } })}
      empty={empty}
      footer={more}
    />
  )
}

interface MoreProps {
  count: number
  last: boolean
  loading: boolean
  onMore: () => void
}

function More({ count, last, loading, onMore }: MoreProps) {
  const { t } = useTranslation('calls')
  return (
    <div className={classes.footer}>
      <span role="status">{last ? t('more.all', { count }) : t('more.some', { count })}</span>
      {!last && (
        <Button variant="default" size="xs" loading={loading} onClick={onMore}>
          {t('more.load')}
        </Button>
      )}
    </div>
  )
}

function NoCalls({ onDial }: { onDial?: () => void }) {
  const { t } = useTranslation('calls')
  return (
    <EmptyState icon={CallsIcon} title={t('empty.title')} next={t('empty.next')}>
      {onDial && (
        <Button leftSection={<PhoneIcon size={16} />} onClick={onDial}>
          {t('dial.open')}
        </Button>
      )}
    </EmptyState>
  )
}

function NothingFound({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation('calls')
  return (
    <EmptyState icon={SearchIcon} title={t('nothing.title')} next={t('nothing.next')}>
      <Button variant="default" onClick={onClear}>
        {t('chips.clear')}
      </Button>
    </EmptyState>
  )
}
