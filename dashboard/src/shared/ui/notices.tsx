// The messages themselves.
import '@mantine/notifications/styles.layer.css'
import { Notifications, notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CrossIcon, WarnIcon } from './icons'

const SHOWN_MS = { ok: 4000, bad: 10_000 }

/** In the language of the page: it is drawn there. */
function CloseMark() {
  const { t } = useTranslation('shared')
  return (
    <>
      <CrossIcon size={14} />
      <span className="visually-hidden">{t('close')}</span>
    </>
  )
}

export function showNotice(kind: 'ok' | 'bad', message: string): void {
  notifications.show({
    message,
    color: kind === 'ok' ? 'petrol' : 'red',
    icon: kind === 'ok' ? <CheckIcon /> : <WarnIcon />,
    autoClose: SHOWN_MS[kind],
    closeButtonProps: { icon: <CloseMark /> },
    role: kind === 'ok' ? 'status' : 'alert',
  })
}

export default function Notices() {
  return <Notifications position="bottom-right" />
}
