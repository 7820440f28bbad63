// How the company keeps its house: people, keys, the company itself, and who changed what.
import { Link } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/shared/session'
import { PageHeader } from '@/shared/ui'
import { useUrlState } from '@/shared/url'
import { Audit } from './audit/audit'
import { Company } from './company/company'
import { Keys } from './keys/keys'
import { read, TABS, type Tab } from './search'
import classes from './settings.module.css'
import { Users } from './users/users'

/** A tab, and the permission without which it is not there. */
const PARTS: Record<Tab, { needs: string; part: ComponentType }> = {
  users: { needs: 'users:read', part: Users },
  keys: { needs: 'keys:read', part: Keys },
  company: { needs: 'settings:read', part: Company },
  audit: { needs: 'audit:read', part: Audit },
}

export function SettingsPage() {
  const { t } = useTranslation('settings')
  const may = useMay()
  const [search] = useUrlState(read)
  const tabs = TABS.filter((tab) => may(PARTS[tab].needs))
  const shown = tabs.find((tab) => tab === search.tab) ?? tabs[0] ?? 'company'
  const { part: Part } = PARTS[shown]
  return (
    <>
      <PageHeader title={t('title')} about={t(`about.${shown}`)} />
      <nav className={classes.tabs} aria-label={t('parts')}>
        {tabs.map((tab) => (
          <Link key={tab} to="/settings" search={{ tab }} aria-current={tab === shown ? 'page' : undefined}>
            {t(`tab.${tab}`)}
          </Link>
        ))}
      </nav>
      <Part />
    </>
  )
}
