// Language and colour scheme: each press goes to the next one.
import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseLanguage } from '@/shared/i18n'
import { AutoIcon, LanguageIcon, MoonIcon, SunIcon, type IconProps } from '@/shared/ui/icons'
import classes from './header.module.css'

const SCHEMES: Record<MantineColorScheme, { icon: ComponentType<IconProps>; next: MantineColorScheme }> = {
  auto: { icon: AutoIcon, next: 'light' },
  light: { icon: SunIcon, next: 'dark' },
  dark: { icon: MoonIcon, next: 'auto' },
}

export function LanguageSwitch() {
  const { t, i18n } = useTranslation('app')
  const other = i18n.language === 'es' ? 'en' : 'es'
  return (
    <button
      type="button"
      className={classes.tool}
      // In the language it leads to: who cannot read this one finds it.
      lang={other}
      aria-label={t('language.other')}
      title={t('language.other')}
      onClick={() => chooseLanguage(i18n, other)}
    >
      <LanguageIcon />
      {/* Drawn by the styles: what is read aloud is the label alone. */}
      <span className={classes.code} data-code={i18n.language.toUpperCase()} aria-hidden="true" />
    </button>
  )
}

export function SchemeSwitch() {
  const { t } = useTranslation('app')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { icon: Icon, next } = SCHEMES[colorScheme]
  const name = t('scheme.label', { scheme: t(`scheme.${colorScheme}`) })
  return (
    <button
      type="button"
      className={classes.tool}
      aria-label={name}
      title={name}
      onClick={() => setColorScheme(next)}
    >
      <Icon />
    </button>
  )
}
