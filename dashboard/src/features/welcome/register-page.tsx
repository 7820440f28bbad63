// A further company, where the installation takes any.
import { useMutation } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/shared/api'
import { useEntered } from '@/shared/session'
import { Door, DoorNote } from '@/shared/ui/door'
import { NewcomerForm, type Newcomer } from './newcomer'

export function RegisterPage() {
  const { t, i18n } = useTranslation('welcome')
  const enter = useEntered()
  const router = useRouter()
  const register = useMutation({
    mutationFn: (newcomer: Newcomer) => {
      const language = i18n.language === 'en' ? 'en' : 'es'
      return ask(api.POST('/api/auth/register', { body: { ...newcomer, language, mode: 'cookie' } }))
    },
    onSuccess: async (entered) => {
      await enter(entered)
      await router.navigate({ to: '/', replace: true })
    },
  })
  return (
    <Door title={t('register')} about={t('registerAbout')}>
      <NewcomerForm
        pending={register.isPending}
        error={register.error}
        onBegin={(newcomer) => register.mutate(newcomer)}
      />
      <DoorNote>
        <Link to="/sign-in">{t('have')}</Link>
      </DoorNote>
    </Door>
  )
}
