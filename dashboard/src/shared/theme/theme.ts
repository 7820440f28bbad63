// The tokens as Mantine wants them.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'
import { dark, FONT, light, MONO, RADIUS, SPACE, variables, type Colours } from './tokens'

const petrol: MantineColorsTuple = [
  '#e8f4f5',
  '#d3e7e9',
  '#a6d0d4',
  '#7dbcc3',
  '#62c3cc',
  '#2f97a1',
  '#14727d',
  '#0b5f69',
  '#084d55',
  '#063c43',
]

/** What Mantine builds its own greys of the dark scheme from: in the hue of the tokens. */
const night: MantineColorsTuple = [
  '#e6eaea',
  '#c4cdd0',
  '#a0acb0',
  '#6f7c81',
  '#2c363a',
  '#263034',
  '#20282b',
  '#191f22',
  '#111618',
  '#0b0f10',
]

export const theme = createTheme({
  primaryColor: 'petrol',
  colors: { petrol, dark: night },
  // White can be read on both.
  primaryShade: { light: 7, dark: 6 },
  fontFamily: FONT,
  fontFamilyMonospace: MONO,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: { fontFamily: FONT, fontWeight: '620' },
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: RADIUS.small, md: RADIUS.medium, lg: RADIUS.large },
  spacing: { xs: SPACE[2], sm: SPACE[3], md: SPACE[4], lg: SPACE[5], xl: SPACE[6] },
  focusRing: 'auto',
  cursorType: 'pointer',
  respectReducedMotion: true,
})

function scheme(colours: Colours): Record<string, string> {
  return {
    ...variables(colours),
    '--mantine-color-body': colours.surface,
    '--mantine-color-text': colours.ink,
    '--mantine-color-dimmed': colours.muted,
    '--mantine-color-placeholder': colours.muted,
    '--mantine-color-default': colours.surface,
    '--mantine-color-default-hover': colours.sunken,
    '--mantine-color-default-border': colours.edge,
    '--mantine-color-anchor': colours.accent,
    '--mantine-color-error': colours.bad,
  }
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    ...Object.fromEntries(Object.entries(SPACE).map(([step, size]) => [`--s-${step}`, size])),
    '--r-small': RADIUS.small,
    '--r-medium': RADIUS.medium,
    '--r-large': RADIUS.large,
    '--mantine-line-height': '1.45',
  },
  light: scheme(light),
  dark: scheme(dark),
})
