// Codes of an authenticator: on, off, and those on paper.
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, type Me, type Schema } from '@/shared/api'
import { useKeepMe } from '@/shared/session'
import { CopyButton, notify, Panel, StatusBadge } from '@/shared/ui'
import { Refusal, useWait } from '@/shared/ui/refusal'
import classes from './account.module.css'
import { RecoveryCodes } from './recovery-codes'

type Begun = Schema<'TotpBegun'>
type Step = { at: 'rest' } | { at: 'asked' } | { at: 'scan'; begun: Begun } | { at: 'codes'; codes: string[] }

export function SecondProof({ me }: { me: Me }) {
  const { t } = useTranslation('account')
  const [step, setStep] = useState<Step>({ at: 'rest' })
  const rest = () => setStep({ at: 'rest' })
  const badge = <StatusBadge tone={me.totp ? 'ok' : 'idle'}>{me.totp ? t('totp.on') : t('totp.off')}</StatusBadge>
  return (
    <Panel title={t('totp.title')} actions={badge}>
      {step.at === 'rest' && (
        <div className={classes.form}>
          <p className={classes.about}>{me.totp ? t('totp.left', { count: me.recovery_codes_left }) : t('totp.about')}</p>
          <div>
            <Button variant="default" onClick={() => setStep({ at: 'asked' })}>
              {me.totp ? t('totp.turnOff') : t('totp.turnOn')}
            </Button>
          </div>
        </div>
      )}
      {step.at === 'asked' && (me.totp ? (
        <TurnOff onDone={rest} />
      ) : (
        <Begin onBegun={(begun) => setStep({ at: 'scan', begun })} onCancel={rest} />
      ))}
      {step.at === 'scan' && (
        <Scan begun={step.begun} onCodes={(codes) => setStep({ at: 'codes', codes })} onCancel={rest} />
      )}
      {step.at === 'codes' && <RecoveryCodes codes={step.codes} onDone={rest} />}
    </Panel>
  )
}

interface ConfirmProps {
  about: string
  button: string
  pending: boolean
  error: unknown
  onConfirm: (password: string) => void
  onCancel: () => void
}

/** That it is still the same person. */
function Confirm({ about, button, pending, error, onConfirm, onCancel }: ConfirmProps) {
  const { t } = useTranslation('account')
  const [password, setPassword] = useState('')
  const waitS = useWait(error)
  return (
    <Form onSubmit={() => !pending && waitS === 0 && onConfirm(password)}>
      <p className={classes.about}>{about}</p>
      <PasswordInput
        required
        label={t('password.old')}
        autoComplete="current-password"
        maxLength={200}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0 }}
      />
      <Refusal error={error} waitS={waitS} />
      <div className={classes.row}>
        <Button type="submit" loading={pending} disabled={waitS > 0}>
          {button}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </div>
    </Form>
  )
}

function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      {children}
    </form>
  )
}

function TurnOff({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('account')
  const keep = useKeepMe()
  const off = useMutation({
    mutationFn: (password: string) => ask(api.POST('/api/auth/totp/disable', { body: { password } })),
    onSuccess: () => {
      keep({ totp: false, recovery_codes_left: 0 })
      notify.ok(t('totp.offNow'))
      onDone()
    },
  })
  return (
    <Confirm
      about={t('totp.offAbout')}
      button={t('totp.turnOff')}
      pending={off.isPending}
      error={off.error}
      onConfirm={(password) => off.mutate(password)}
      onCancel={onDone}
    />
  )
}

function Begin({ onBegun, onCancel }: { onBegun: (begun: Begun) => void; onCancel: () => void }) {
  const { t } = useTranslation('account')
  const begin = useMutation({
    mutationFn: (password: string) => ask(api.POST('/api/auth/totp/begin', { body: { password } })),
    onSuccess: onBegun,
  })
  return (
    <Confirm
      about={t('totp.confirm')}
      button={t('totp.next')}
      pending={begin.isPending}
      error={begin.error}
      onConfirm={(password) => begin.mutate(password)}
      onCancel={onCancel}
    />
  )
}

interface ScanProps {
  begun: Begun
  onCodes: (codes: string[]) => void
  onCancel: () => void
}

function Scan({ begun, onCodes, onCancel }: ScanProps) {
  const { t } = useTranslation('account')
  const [code, setCode] = useState('')
  const keep = useKeepMe()
  const confirm = useMutation({
    mutationFn: () => ask(api.POST('/api/auth/totp/confirm', { body: { code: code.trim() } })),
    onSuccess: ({ recovery_codes: codes }) => {
      keep({ totp: true, recovery_codes_left: codes.length })
      onCodes(codes)
    },
  })
  // As an image it cannot run anything, whatever it holds.
  const picture = `data:image/svg+xml;utf8,${encodeURIComponent(begun.qr_svg)}`
  return (
    <Form onSubmit={() => !confirm.isPending && confirm.mutate()}>
      <p className={classes.about}>{t('totp.scan')}</p>
      <img className={classes.qr} src={picture} alt={t('totp.qr')} />
      <div className={classes.secret}>
        <code>{begun.secret}</code>
        <CopyButton text={begun.secret} label={t('totp.copySecret')} />
      </div>
      <TextInput
        required
        label={t('totp.code')}
        description={t('totp.codeHint')}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={20}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Refusal error={confirm.error} />
      <div className={classes.row}>
        <Button type="submit" loading={confirm.isPending}>
          {t('totp.finish')}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </div>
    </Form>
  )
}
