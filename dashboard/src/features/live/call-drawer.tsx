// One call while it goes on: what is said, and what can be done.
import { Drawer } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/shared/session'
import { CallState, Direction, ErrorState, HangupCause, PhoneNumber, Skeletons } from '@/shared/ui'
import { useFocusBack } from '@/shared/hooks/focus-back'
import classes from './call-drawer.module.css'
import { CallTime } from './call-row'
import type { Call } from './calls'
import { HangUp } from './hang-up'
import { SayForm } from './say-form'
import type { CallStore } from './store'
import { Transcript } from './transcript'
import { useCallDetail } from './use-live-calls'

interface Props {
  id: string
  store: CallStore
  onClose: () => void
}

export function CallDrawer({ id, store, onClose }: Props) {
  const { t } = useTranslation('live')
  useFocusBack()
  const call = useSyncExternalStore(store.subscribe, () => store.read().byId.get(id))
  const detail = useCallDetail(store, id)
  return (
    <Drawer.Root opened onClose={onClose} position="right" size={520} classNames={{ content: classes.content }}>
      <Drawer.Overlay backgroundOpacity={0.35} />
      <Drawer.Content>
        <div className={classes.head}>
          <Drawer.Title className={classes.title}>{titleOf(call) ?? t('drawer.title')}</Drawer.Title>
          <Drawer.CloseButton aria-label={t('shared:close')} />
        </div>
        <Drawer.Body className={classes.body}>
          {call ? <Whole call={call} /> : <Missing detail={detail} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

const titleOf = (call: Call | undefined) => call && (call.name || (call.number && <PhoneNumber number={call.number} />))

function Missing({ detail }: { detail: ReturnType<typeof useCallDetail> }) {
  if (!detail.error || detail.isFetching) return <Skeletons lines={5} />
  return <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />
}

function Whole({ call }: { call: Call }) {
  const { t } = useTranslation('live')
  const over = call.phase === 'ended'
  const acts = useMay()('calls:write')
  return (
    <>
      <div className={classes.facts}>
        <CallState state={call.phase} />
        {over && call.cause && <HangupCause cause={call.cause} />}
        <span className={classes.fact}>
          <Direction direction={call.direction} />
          <PhoneNumber number={call.number} />
        </span>
        {call.bot && <span className={classes.fact}>{call.bot}</span>}
        <span className={classes.time}>
          <CallTime call={call} />
        </span>
      </div>
      <Transcript call={call} />
      <div className={classes.foot}>
        {!over && acts && <SayForm call={call} />}
        <div className={classes.actions}>
          <Link to="/calls/$callId" params={{ callId: call.id }}>
            {t('drawer.whole')}
          </Link>
          {!over && acts && <HangUp callId={call.id} />}
        </div>
      </div>
    </>
  )
}
