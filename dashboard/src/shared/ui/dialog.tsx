// A dialog with its title: takes the focus, gives it back, closes with Escape.
import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFocusBack } from '@/shared/hooks/focus-back'
import classes from './dialog.module.css'

interface Props {
  title: string
  onClose: () => void
  children: ReactNode
}

/** Shown while it is rendered. */
export function Dialog({ title, onClose, children }: Props) {
  const { t } = useTranslation('shared')
  useFocusBack()
  return (
    <Modal.Root opened onClose={onClose}>
      <Modal.Overlay />
      <Modal.Content>
        {/* No Modal.Header: it would be a second banner of the page. */}
        <div className={classes.head}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('close')} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
