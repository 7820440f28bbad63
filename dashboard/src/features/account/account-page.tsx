// One's own account: name and language, password, second proof, where one is signed in.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useLeave, useMe } from '@/shared/session'
import { EmptyState, PageHeader, Panel } from '@/shared/ui'
import { SignOutIcon } from '@/shared/ui/icons'
import { Refusal } from '@/shared/ui/refusal'
import classes from './account.module.css'
import { OwnPassword } from './own-password'
import { Profile } from './profile'
import { SecondProof } from './second-proof'

export function AccountPage() {
  const { t } = useTranslation('account')
  const me = useMe()
  return (
    <>
      <PageHeader title={t('title')} about={me ? t('about', { email: me.email, tenant: me.tenant_name }) : undefined} />
      {me ? (
        <div className={classes.parts}>
          <Profile key={me.id} me={me} />
          <OwnPassword me={me} />
          <SecondProof me={me} />
          <Elsewhere />
        </div>
      ) : (
        <EmptyState title={t('nobody')} next={t('nobodyNext')} />
      )}
    </>
  )
}

function Elsewhere() {
  const { t } = useTranslation('account')
  const leave = useLeave()
  return (
    <Panel title={t('elsewhere.title')}>
      <div className={classes.form}>
        <p className={classes.about}>{t('elsewhere.about')}</p>
        <Refusal error={leave.error} />
        <div>
          <Button
            variant="default"
            leftSection={<SignOutIcon size={16} />}
            loading={leave.isPending}
            onClick={() => leave.mutate(true)}
          >
            {t('elsewhere.button')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
