// Signs in with address and password, and a code where the account asks for one.
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, hasCode, sessionQuery } from '@/shared/api'
import { useEntered } from '@/shared/session'
import { Door, DoorForm, DoorNote } from '@/shared/ui/door'
import { Refusal, useWait } from '@/shared/ui/refusal'
import { safeReturn, searchParams, text, useUrlState } from '@/shared/url'

const read = searchParams({ next: text(2000) })

interface Shown {
  email: string
  password: string
  code: string
}

function useSignIn() {
  const router = useRouter()
  const enter = useEntered()
  const [{ next }] = useUrlState(read)
  return useMutation({
    mutationFn: (shown: Shown) => ask(api.POST('/api/auth/login', { body: { ...shown, mode: 'cookie' } })),
    onSuccess: async (entered) => {
      await enter(entered)
      router.history.replace(safeReturn(next))
    },
  })
}

export function SignInPage() {
  const { t } = useTranslation('sign-in')
  const [shown, setShown] = useState<Shown>({ email: '', password: '', code: '' })
  const [coded, setCoded] = useState(false)
  const entry = useSignIn()
  const waitS = useWait(entry.error)
  if (!coded && hasCode(entry.error, 'totp_needed')) setCoded(true)
  const change = (some: Partial<Shown>) => setShown((before) => ({ ...before, ...some }))
  const submit = () => {
    if (!entry.isPending && waitS === 0) entry.mutate(shown)
  }
  const back = () => {
    entry.reset()
    setCoded(false)
    change({ code: '', password: '' })
  }
  const error = hasCode(entry.error, 'totp_needed') ? null : entry.error
  return (
    <Door title={coded ? t('codeTitle') : t('title')} about={coded ? t('codeAbout') : undefined}>
      <DoorForm onSubmit={submit}>
        {coded ? (
          <CodeField value={shown.code} onChange={(code) => change({ code })} />
        ) : (
          <Credentials shown={shown} onChange={change} />
        )}
        <Refusal error={error} waitS={waitS} />
        <Button type="submit" size="md" fullWidth loading={entry.isPending} disabled={waitS > 0}>
          {t('enter')}
        </Button>
        {coded && (
          <Button variant="subtle" size="sm" onClick={back}>
            {t('back')}
          </Button>
        )}
      </DoorForm>
      {!coded && <Others />}
    </Door>
  )
}

function Credentials({ shown, onChange }: { shown: Shown; onChange: (some: Partial<Shown>) => void }) {
  const { t } = useTranslation('sign-in')
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  return (
    <>
      <TextInput
        ref={first}
        required
        type="email"
        name="email"
        autoComplete="username"
        size="md"
        label={t('email')}
        maxLength={254}
        value={shown.email}
        onChange={(event) => onChange({ email: event.currentTarget.value })}
      />
      <PasswordInput
        required
        name="password"
        autoComplete="current-password"
        size="md"
        label={t('password')}
        maxLength={200}
        value={shown.password}
        onChange={(event) => onChange({ password: event.currentTarget.value })}
        visibilityToggleButtonProps={{ 'aria-label': t('show'), tabIndex: 0 }}
      />
    </>
  )
}

function CodeField({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const { t } = useTranslation('sign-in')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <TextInput
      ref={field}
      required
      name="code"
      autoComplete="one-time-code"
      size="md"
      label={t('code')}
      description={t('codeHint')}
      maxLength={20}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function Others() {
  const { t } = useTranslation('sign-in')
  const { data } = useQuery(sessionQuery)
  return (
    <DoorNote>
      <Link to="/forgot-password">{t('forgot')}</Link>
      {data?.registration === 'open' && (
        <>
          {' · '}
          <Link to="/register">{t('register')}</Link>
        </>
      )}
    </DoorNote>
  )
}
