// Everything else that is known of a call: names, ids, what it was given.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { CopyButton, Panel, PhoneNumber } from '@/shared/ui'
import classes from './call-details.module.css'
import { variablesQuery } from './call-query'
import type { CallDetail } from './call-types'
import { useReasonText } from './reason'

export function CallDetails({ call }: { call: CallDetail }) {
  const { t } = useTranslation('call')
  const format = useFormat()
  const reason = useReasonText()
  const session = useQuery(variablesQuery(call.id))
  return (
    <Panel title={t('details.title')}>
      <dl className={classes.list}>
        <Fact name={t('details.from')} copy={call.sender}>
          <PhoneNumber number={call.sender} />
        </Fact>
        <Fact name={t('details.to')} copy={call.to}>
          <PhoneNumber number={call.to} />
        </Fact>
        <Fact name={t('details.begun')}>{format.dateTime(call.created_at)}</Fact>
        {call.answered_at !== null && <Fact name={t('details.answered')}>{format.time(call.answered_at)}</Fact>}
        {call.ended_at !== null && <Fact name={t('details.ended')}>{format.time(call.ended_at)}</Fact>}
        {call.reason && <Fact name={t('details.reason')}>{reason(call.reason)}</Fact>}
        <Fact name={t('details.bot')}>{call.bot_id || '–'}</Fact>
        {session.data?.language && <Fact name={t('details.language')}>{session.data.language}</Fact>}
        <Fact name={t('details.mode')}>{call.mode === 'stream' ? t('mode.stream') : t('mode.webhook')}</Fact>
        {call.node && <Fact name={t('details.node')}>{call.node}</Fact>}
        <Fact name={t('details.callId')} copy={call.id} id>
          {call.id}
        </Fact>
        <Fact name={t('details.controlId')} copy={call.call_control_id} id>
          {call.call_control_id || '–'}
        </Fact>
        <Fact name={t('details.sessionId')} copy={call.session_id} id>
          {call.session_id || '–'}
        </Fact>
      </dl>
      <Given title={t('details.variables')} values={session.data?.variables ?? {}} />
      <Given title={t('details.metadata')} values={call.metadata} />
    </Panel>
  )
}

interface FactProps {
  name: string
  /** Given, it can be copied. */
  copy?: string
  /** Long and without spaces. */
  id?: boolean
  children: ReactNode
}

function Fact({ name, copy, id = false, children }: FactProps) {
  const { t } = useTranslation('call')
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd data-id={id || undefined}>
        <span>{children}</span>
        {copy && <CopyButton text={copy} label={t('details.copy', { what: name })} />}
      </dd>
    </div>
  )
}

function Given({ title, values }: { title: string; values: Record<string, unknown> }) {
  const all = Object.entries(values)
  if (all.length === 0) return null
  return (
    <>
      <h3 className={classes.title}>{title}</h3>
      <dl className={classes.list}>
        {all.map(([name, value]) => (
          <Fact key={name} name={name}>
            {typeof value === 'string' ? value : JSON.stringify(value)}
          </Fact>
        ))}
      </dl>
    </>
  )
}
