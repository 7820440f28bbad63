// What to do with a gateway that has had no call yet.
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton, Panel } from '@/shared/ui'
import classes from './first-steps.module.css'
import { useCarrier } from './use-home'
import { isLocal, webhookAddress } from './webhook'

export function FirstSteps() {
  const { t } = useTranslation('home')
  const carrier = useCarrier(true)
  const address = webhookAddress(globalThis.location.origin, carrier.data)
  return (
    <Panel title={t('first.title')}>
      <ol className={classes.steps}>
        <Step title={t('first.check.title')} about={t('first.check.about')}>
          <Button component={Link} to="/system" variant="default" size="xs">
            {t('first.check.button')}
          </Button>
        </Step>
        <Step title={t('first.call.title')} about={t('first.call.about')}>
          <Button component={Link} to="/calls" size="xs">
            {t('first.call.button')}
          </Button>
        </Step>
        <Step
          title={t('first.webhook.title')}
          about={isLocal(globalThis.location.hostname) ? t('first.webhook.local') : t('first.webhook.about')}
        >
          <span className={classes.address}>
            <code>{address}</code>
            <CopyButton text={address} label={t('first.webhook.copy')} />
          </span>
        </Step>
      </ol>
    </Panel>
  )
}

function Step({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <li className={classes.step}>
      <strong>{title}</strong>
      <p className={classes.about}>{about}</p>
      {children}
    </li>
  )
}
