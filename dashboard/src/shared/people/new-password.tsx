// A field for a new password, which says while one types what is still missing.
import { PasswordInput } from '@mantine/core'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CrossIcon } from '@/shared/ui/icons'
import classes from './new-password.module.css'
import { isLikeOwner, isLongEnough, SHORTEST, weaknessesOf, type Owner } from './weakness'

interface Props {
  label?: string
  value: string
  onChange: (value: string) => void
  /** Whose it will be: it must not be their name or address. */
  owner?: Owner
  size?: 'sm' | 'md'
  /** What the gateway said of the last one. */
  error?: unknown
}

export function NewPassword({ label, value, onChange, owner = {}, size = 'md', error }: Props) {
  const { t } = useTranslation('shared')
  const id = useId()
  const refused = weaknessesOf(error)
  const hints = [
    { key: 'long', met: isLongEnough(value), text: t('password.long', { count: SHORTEST }) },
    { key: 'own', met: value !== '' && !isLikeOwner(value, owner), text: t('password.own') },
  ]
  return (
    <div>
      <PasswordInput
        required
        label={label ?? t('password.label')}
        name="new-password"
        autoComplete="new-password"
        maxLength={200}
        size={size}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={refused && refused.map((reason) => t(`password.weak.${reason}`)).join(' ')}
        errorProps={{ role: 'alert' }}
        aria-describedby={id}
        visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0 }}
      />
      <ul id={id} className={classes.hints}>
        {hints.map(({ key, met, text }) => (
          <li key={key} className={classes.hint} data-met={met || undefined}>
            {met ? <CheckIcon size={13} /> : <CrossIcon size={13} />}
            {text}
            <span className="visually-hidden">{met ? t('password.met') : t('password.unmet')}</span>
          </li>
        ))}
        <li className={classes.advice}>{t('password.advice')}</li>
      </ul>
    </div>
  )
}
