// The opened menu of the person: who it is, where, and the ways out.
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useLeave, useMe } from '@/shared/session'
import { useProblemText } from '@/shared/ui'
import { PersonIcon, SignOutIcon } from '@/shared/ui/icons'
import own from './user-menu.module.css'

export default function UserPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('app')
  const me = useMe()
  const leave = useLeave()
  const failed = useProblemText(leave.error)
  const go = (everywhere: boolean) => leave.mutate(everywhere)
  return (
    <>
      {me && (
        <div className={own.who}>
          <strong>{me.name}</strong>
          <span>{me.email}</span>
          <span>
            {t(`role.${me.role}`, { defaultValue: me.role })} · {me.tenant_name}
          </span>
        </div>
      )}
      <ul className={own.list}>
        <li>
          <Link to="/account" className={own.item} onClick={onClose}>
            <PersonIcon size={16} />
            {t('user.account')}
          </Link>
        </li>
        <li>
          <button type="button" className={own.item} disabled={leave.isPending} onClick={() => go(false)}>
            <SignOutIcon size={16} />
            {t('signOut')}
          </button>
        </li>
        <li>
          <button type="button" className={own.item} disabled={leave.isPending} onClick={() => go(true)}>
            <SignOutIcon size={16} />
            {t('user.everywhere')}
          </button>
        </li>
      </ul>
      {leave.error && (
        <p role="alert" className={own.failed}>
          {failed.title}
        </p>
      )}
    </>
  )
}
