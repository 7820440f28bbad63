// Signs in with the token of a link, or with one that is typed.
import { Button, PasswordInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { isSignedOut, sessionQuery, signIn } from '@/shared/api'
import { Logo, useProblemText } from '@/shared/ui'
import { safeReturn, searchParams, text, useUrlState } from '@/shared/url'
import { takeToken } from './fragment'
import classes from './sign-in-page.module.css'

const read = searchParams({ next: text(2000) })

function useSignIn() {
  const client = useQueryClient()
  const router = useRouter()
  const [{ next }] = useUrlState(read)
  return useMutation({
    mutationFn: signIn,
    meta: { signsIn: true },
    onSuccess: async () => {
      await client.query({ ...sessionQuery, staleTime: 0 })
      router.history.replace(safeReturn(next))
    },
  })
}

export function SignInPage() {
  const { t } = useTranslation('sign-in')
  const [token, setToken] = useState('')
  const entry = useSignIn()
  const problem = useProblemText(entry.error)
  const start = useEffectEvent(() => {
    const given = takeToken()
    if (given) entry.mutate(given)
  })
  useEffect(() => {
    document.title = `${t('title')} · Centralita`
  }, [t])
  useEffect(() => {
    start()
    // A link that is opened while this page is shown changes only what stands behind `#`.
    const again = () => start()
    window.addEventListener('hashchange', again)
    return () => window.removeEventListener('hashchange', again)
  }, [])
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (token.trim()) entry.mutate(token.trim())
  }
  const refused = isSignedOut(entry.error) ? t('refused') : `${problem.title}. ${problem.next}`
  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <Logo size={44} />
        <h1 className={classes.title} tabIndex={-1} data-page-heading>
          {t('title')}
        </h1>
        <p className={classes.about}>{t('about')}</p>
        <PasswordInput
          label={t('token')}
          name="token"
          autoComplete="current-password"
          size="md"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={entry.isError ? refused : undefined}
          errorProps={{ role: 'alert' }}
          visibilityToggleButtonProps={{ 'aria-label': t('show') }}
        />
        <Button type="submit" size="md" fullWidth loading={entry.isPending}>
          {t('enter')}
        </Button>
        <p className={classes.where}>{t('where')}</p>
      </form>
    </main>
  )
}
