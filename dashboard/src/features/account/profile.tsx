// One's own name and language.
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask, type Me } from '@/shared/api'
import { chooseLanguage } from '@/shared/i18n'
import { useKeepMe } from '@/shared/session'
import { notify, Panel } from '@/shared/ui'
import { Refusal } from '@/shared/ui/refusal'
import classes from './account.module.css'

type Language = Me['language']

export function Profile({ me }: { me: Me }) {
  const { t, i18n } = useTranslation('account')
  const [name, setName] = useState(me.name)
  const [language, setLanguage] = useState<Language>(me.language)
  const keep = useKeepMe()
  const save = useMutation({
    mutationFn: () => ask(api.PATCH('/api/auth/me', { body: { name: name.trim(), language } })),
    onSuccess: async (now) => {
      keep(now)
      if (now.language) await chooseLanguage(i18n, now.language)
      notify.ok(i18n.t('account:profile.saved'))
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  return (
    <Panel title={t('profile.title')}>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          required
          autoComplete="name"
          label={t('profile.name')}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('profile.language')}
          description={t('profile.languageHint')}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value as Language)}
          data={[
            { value: '', label: t('profile.ofCompany') },
            { value: 'es', label: 'Español' },
            { value: 'en', label: 'English' },
          ]}
        />
        <Refusal error={save.error} />
        <div>
          <Button type="submit" loading={save.isPending}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
