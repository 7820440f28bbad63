// The calls that go on now, as they go.
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState, ErrorState, PageHeader, Skeletons } from '@/shared/ui'
import { LiveIcon } from '@/shared/ui/icons'
import { useUrlState } from '@/shared/url'
import { CallDrawer } from './call-drawer'
import { CallRow } from './call-row'
import classes from './live-page.module.css'
import { read } from './search'
import { useLiveCalls } from './use-live-calls'

export function LivePage() {
  const { t } = useTranslation('live')
  const [{ call: open }, change] = useUrlState(read)
  const { store, list } = useLiveCalls(open)
  const calls = useSyncExternalStore(store.subscribe, store.read)
  const going = calls.order.filter((id) => calls.byId.get(id)?.phase !== 'ended').length
  const close = useCallback(() => change({ call: undefined }), [change])
  return (
    <>
      <PageHeader title={t('title')} about={list.data ? t('about', { count: going }) : t('aboutAll')} />
      {calls.order.length > 0 ? (
        <ul className={classes.list} aria-label={t('list')}>
          {calls.order.map((id) => (
            <CallRow key={id} id={id} store={store} />
          ))}
        </ul>
      ) : (
        <Nobody list={list} />
      )}
      {open && <CallDrawer key={open} id={open} store={store} onClose={close} />}
    </>
  )
}

interface Asked {
  data: unknown
  error: unknown
  isFetching: boolean
  refetch: () => unknown
}

function Nobody({ list }: { list: Asked }) {
  const { t } = useTranslation('live')
  if (list.error && !list.data && !list.isFetching) {
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  }
  if (!list.data) return <Skeletons lines={5} height={44} />
  return (
    <EmptyState icon={LiveIcon} title={t('empty.title')} next={t('empty.next')}>
      <Button component={Link} to="/calls" variant="default" size="sm">
        {t('empty.calls')}
      </Button>
    </EmptyState>
  )
}
