// The first owner of an installation, who comes by the link of the terminal.
import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, Navigate, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask, hasCode, sessionQuery } from '@/shared/api'
import { useEntered } from '@/shared/session'
import { Answered } from '@/shared/ui'
import { Command, Door, DoorNote } from '@/shared/ui/door'
import { useFragment } from '@/shared/url'
import { NewcomerForm, type Newcomer } from './newcomer'

export function WelcomePage() {
  const { t } = useTranslation('welcome')
  const token = useFragment()
  const session = useQuery(sessionQuery)
  const set = useSetUp(token)
  // Letters may lead here too: what the link is for says where to go on.
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: ({ signal }) => ask(api.POST('/api/auth/link', { body: { token }, signal })),
    enabled: token !== '' && session.data?.setup_needed === false,
    staleTime: Infinity,
  })
  if (session.data === undefined || link.isLoading) {
    return (
      <Door title={t('title')}>
        <Answered query={session}>{() => null}</Answered>
      </Door>
    )
  }
  if (link.data?.kind === 'invite') return <Navigate to="/accept-invitation" hash={token} replace />
  if (!session.data.setup_needed || hasCode(set.error, 'setup_done')) return <Done />
  if (token === '') return <WithoutLink title={t('title')} about={t('terminal')} />
  if (hasCode(set.error, 'bad_link')) return <WithoutLink title={t('expired')} about={t('expiredAbout')} />
  return (
    <Door title={t('title')} about={t('about')}>
      <NewcomerForm pending={set.isPending} error={set.error} onBegin={(newcomer) => set.mutate(newcomer)} />
    </Door>
  )
}

function useSetUp(token: string) {
  const { i18n } = useTranslation()
  const enter = useEntered()
  const router = useRouter()
  return useMutation({
    mutationFn: (newcomer: Newcomer) => {
      const language = i18n.language === 'en' ? 'en' : 'es'
      return ask(api.POST('/api/auth/setup', { body: { ...newcomer, token, language, mode: 'cookie' } }))
    },
    onSuccess: async (entered) => {
      await enter(entered)
      await router.navigate({ to: '/', replace: true })
    },
  })
}

/** Never a dead end: where links come from, and how one gets another. */
function WithoutLink({ title, about }: { title: string; about: string }) {
  const { t } = useTranslation('welcome')
  return (
    <Door title={title} about={about}>
      <DoorNote>{t('another')}</DoorNote>
      <Command>gateway reset-owner</Command>
      <DoorNote>{t('why')}</DoorNote>
    </Door>
  )
}

function Done() {
  const { t } = useTranslation('welcome')
  return (
    <Door title={t('done')} about={t('doneAbout')}>
      <Button component={Link} to="/sign-in" size="md" fullWidth>
        {t('signIn')}
      </Button>
      <DoorNote>{t('lost')}</DoorNote>
      <Command>gateway reset-owner</Command>
    </Door>
  )
}
