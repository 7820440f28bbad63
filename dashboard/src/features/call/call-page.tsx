// One call and everything that happened in it.
import { Button } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ApiProblem } from '@/shared/api'
import { grouped } from '@/shared/format'
import { useMay } from '@/shared/session'
import { Answered, Direction, EmptyState, Moment, PageHeader, PhoneNumber } from '@/shared/ui'
import { PhoneIcon } from '@/shared/ui/icons'
import { HangUp } from './call-actions'
import type { CallDetail } from './call-types'
import { CallView } from './call-view'
import classes from './call.module.css'
import { useCall } from './use-call'

export function CallPage() {
  const { callId = '' } = useParams({ strict: false })
  // Another call is another page: nothing of the last one is kept.
  return <KnownOrNot key={callId} id={callId} />
}

function KnownOrNot({ id }: { id: string }) {
  const { query, words } = useCall(id)
  if (query.error instanceof ApiProblem && query.error.status === 404 && !query.data) return <Unknown />
  return (
    <>
      <WayBack />
      {query.data ? <Head call={query.data} /> : <Title />}
      <Answered query={query}>{(call) => <CallView call={call} words={words} />}</Answered>
    </>
  )
}

function WayBack() {
  const { t } = useTranslation('call')
  return (
    <nav aria-label={t('way.label')} className={classes.way}>
      <Link to="/calls">{t('way.calls')}</Link>
    </nav>
  )
}

function Title() {
  const { t } = useTranslation('call')
  return <PageHeader title={t('title')} about={t('about')} />
}

function Head({ call }: { call: CallDetail }) {
  const acts = useMay()('calls:write')
  const number = call.direction === 'inbound' ? call.sender : call.to
  return (
    <PageHeader
      title={call.name || grouped(number)}
      about={
        <span className={classes.about}>
          <Direction direction={call.direction} />
          {call.name && <PhoneNumber number={number} />}
          <Moment at={call.created_at} />
          {call.bot_id && <span>{call.bot_id}</span>}
        </span>
      }
    >
      {call.state !== 'ended' && acts && <HangUp call={call} />}
    </PageHeader>
  )
}

function Unknown() {
  const { t } = useTranslation('call')
  return (
    <>
      <WayBack />
      <PageHeader title={t('unknown.title')} />
      <EmptyState icon={PhoneIcon} title={t('empty.title')} next={t('empty.next')}>
        <Button component={Link} to="/calls">
          {t('empty.goBack')}
        </Button>
      </EmptyState>
    </>
  )
}
