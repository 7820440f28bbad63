// The line above every page: whether it is live, and how it is shown.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { sessionQuery, signOut } from '@/shared/api'
import { Logo, notify, useProblemText } from '@/shared/ui'
import { KeyboardIcon, SignOutIcon } from '@/shared/ui/icons'
import { ConnectionLight } from './connection-light'
import classes from './header.module.css'
import { LanguageSwitch, SchemeSwitch } from './switches'

export function Header({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation('app')
  return (
    <header className={classes.header}>
      <Link to="/" className={classes.mark} aria-label="Centralita">
        <Logo size={24} />
      </Link>
      <ConnectionLight />
      <div className={classes.tools}>
        <LanguageSwitch />
        <SchemeSwitch />
        <button
          type="button"
          className={`${classes.tool} ${classes.keys}`}
          aria-label={t('shortcuts.title')}
          title={`${t('shortcuts.title')} (?)`}
          onClick={onHelp}
        >
          <KeyboardIcon />
        </button>
        <SignOut />
      </div>
    </header>
  )
}

function SignOut() {
  const { t } = useTranslation('app')
  const client = useQueryClient()
  const router = useRouter()
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      client.clear()
      client.setQueryData(sessionQuery.queryKey, { signed_in: false, expires: null })
      await router.navigate({ to: '/sign-in' })
    },
    onError: (error) => notify.bad(error.message),
  })
  const failed = useProblemText(leave.error)
  return (
    <button
      type="button"
      className={classes.tool}
      aria-label={t('signOut')}
      title={leave.error ? failed.title : t('signOut')}
      disabled={leave.isPending}
      onClick={() => leave.mutate()}
    >
      <SignOutIcon />
    </button>
  )
}
