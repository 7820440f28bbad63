// Somebody was invited, and chooses a name and a password.
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, hasCode, type Schema } from '@/shared/api'
import { NewPassword, weaknessesOf } from '@/shared/people'
import { useEntered } from '@/shared/session'
import { Answered } from '@/shared/ui'
import { Door, DoorForm, DoorNote } from '@/shared/ui/door'
import { Refusal, useWait } from '@/shared/ui/refusal'
import { useFragment } from '@/shared/url'

export function InvitationPage() {
  const { t } = useTranslation('invitation')
  const token = useFragment()
  // What it is for, and whether it is still good.
  const link = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => ask(api.POST('/api/auth/link', { body: { token }, signal })),
    enabled: token !== '',
    staleTime: Infinity,
  })
  if (token === '' || hasCode(link.error, 'bad_link') || (link.data && link.data.kind !== 'invite')) return <Expired />
  if (link.data === undefined) {
    return (
      <Door title={t('title')}>
        <Answered query={link}>{() => null}</Answered>
      </Door>
    )
  }
  return <Invited token={token} invited={link.data} />
}

function Expired() {
  const { t } = useTranslation('invitation')
  return (
    <Door title={t('expired')} about={t('expiredAbout')}>
      <DoorNote>
        <Link to="/sign-in">{t('signIn')}</Link>
      </DoorNote>
    </Door>
  )
}

function Invited({ token, invited }: { token: string; invited: Schema<'LinkOut'> }) {
  const { t } = useTranslation('invitation')
  const enter = useEntered()
  const router = useRouter()
  const [given, setGiven] = useState({ name: invited.name, password: '' })
  const accept = useMutation({
    mutationFn: () => ask(api.POST('/api/auth/accept-invitation', { body: { ...given, token, mode: 'cookie' } })),
    onSuccess: async (entered) => {
      await enter(entered)
      await router.navigate({ to: '/', replace: true })
    },
  })
  const waitS = useWait(accept.error)
  const submit = () => {
    if (!accept.isPending && waitS === 0) accept.mutate()
  }
  if (hasCode(accept.error, 'bad_link')) return <Expired />
  return (
    <Door title={t('join', { company: invited.company })} about={t('about', { email: invited.email })}>
      <DoorForm onSubmit={submit}>
        {/* So that password managers know whose it is. */}
        <input type="hidden" name="username" autoComplete="username" value={invited.email} />
        <TextInput
          required
          size="md"
          name="name"
          autoComplete="name"
          label={t('name')}
          maxLength={200}
          value={given.name}
          onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })}
        />
        <NewPassword
          value={given.password}
          onChange={(password) => setGiven({ ...given, password })}
          owner={{ name: given.name, email: invited.email }}
          error={accept.error}
        />
        {!weaknessesOf(accept.error) && <Refusal error={accept.error} waitS={waitS} />}
        <Button type="submit" size="md" fullWidth loading={accept.isPending} disabled={waitS > 0}>
          {t('accept')}
        </Button>
      </DoorForm>
    </Door>
  )
}
