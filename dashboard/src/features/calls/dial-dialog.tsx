// Calls somebody: a number, a name, and then the page of the call.
import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ApiProblem, ask } from '@/shared/api'
import { useProblemText } from '@/shared/ui'
import { Dialog } from '@/shared/ui/dialog'
import { PhoneIcon } from '@/shared/ui/icons'
import classes from './calls.module.css'
import { afterFailure, changed, isAboutNumber, newKey, type Order } from './dial'

export default function DialDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('calls')
  const navigate = useNavigate()
  const [order, setOrder] = useState<Order>(() => ({ name: '', phone: '', key: newKey() }))
  const dial = useMutation({
    mutationFn: (wanted: Order) =>
      ask(
        api.POST('/api/call/initiate', {
          body: { telefono: wanted.phone.trim(), nombre: wanted.name.trim(), idempotency_key: wanted.key },
        }),
      ),
    onSuccess: (started) => navigate({ to: '/calls/$callId', params: { callId: started.call_id } }),
    onError: (error) => setOrder((before) => afterFailure(before, error)),
  })
  const edit = (change: Partial<Order>) => {
    dial.reset()
    setOrder((before) => changed(before, change))
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!dial.isPending) dial.mutate(order)
  }
  const atNumber = isAboutNumber(dial.error)
  return (
    <Dialog title={t('dial.title')} onClose={onClose}>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          data-autofocus
          required
          type="tel"
          autoComplete="off"
          label={t('dial.phone')}
          description={t('dial.phoneHint')}
          placeholder="+57 300 123 4567"
          maxLength={40}
          value={order.phone}
          error={atNumber && t('dial.problem.bad_number')}
          onChange={(event) => edit({ phone: event.currentTarget.value })}
        />
        <TextInput
          autoComplete="off"
          label={t('dial.name')}
          description={t('dial.nameHint')}
          maxLength={200}
          value={order.name}
          onChange={(event) => edit({ name: event.currentTarget.value })}
        />
        {dial.error && !atNumber && <Refusal error={dial.error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('dial.cancel')}
          </Button>
          <Button type="submit" loading={dial.isPending} leftSection={<PhoneIcon size={16} />}>
            {t('dial.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Refusal({ error }: { error: Error }) {
  const { t, i18n } = useTranslation('calls')
  const general = useProblemText(error)
  const code = error instanceof ApiProblem ? error.code : ''
  const own = code && i18n.exists(`calls:dial.problem.${code}`)
  const detail = code === 'dial_refused' && error instanceof ApiProblem ? error.detail : ''
  return (
    <div role="alert" className={classes.refusal}>
      {own ? t(`dial.problem.${code}`) : `${general.title}. ${general.next}`}
      {detail && <small>{detail}</small>}
    </div>
  )
}
