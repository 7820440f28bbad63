// Every colour, radius and font of the dashboard. Components use the CSS variables made from them: `var(--c-ink)`.

export interface Colours {
  /** Behind everything. */ canvas: string
  /** Cards, tables, the sidebar. */ surface: string
  /** Table heads, hovered rows, quiet fills. */ sunken: string
  ink: string
  muted: string
  line: string
  /** Edges of fields and controls (3:1 to the surface). */ edge: string
  accent: string
  accentSoft: string
  onAccent: string
  ok: string
  okSoft: string
  warn: string
  warnSoft: string
  bad: string
  badSoft: string
  info: string
  infoSoft: string
  idle: string
  idleSoft: string
  brass: string
}

export const light: Colours = {
  canvas: '#f5f5f2',
  surface: '#ffffff',
  sunken: '#eff0ec',
  ink: '#1b2225',
  muted: '#556166',
  line: '#dddfd9',
  edge: '#868f92',
  accent: '#0b5f69',
  accentSoft: '#e0eff0',
  onAccent: '#ffffff',
  ok: '#17663a',
  okSoft: '#e0f2e6',
  warn: '#7d4d00',
  warnSoft: '#fbefd3',
  bad: '#a8251f',
  badSoft: '#fbe6e3',
  info: '#27549c',
  infoSoft: '#e5edf9',
  idle: '#556166',
  idleSoft: '#eceeeb',
  brass: '#b87914',
}

export const dark: Colours = {
  canvas: '#111618',
  surface: '#191f22',
  sunken: '#20282b',
  ink: '#e6eaea',
  muted: '#a0acb0',
  line: '#2c363a',
  edge: '#6f7c81',
  accent: '#62c3cc',
  accentSoft: '#16353a',
  onAccent: '#06282c',
  ok: '#6fcf97',
  okSoft: '#15301f',
  warn: '#e9b65a',
  warnSoft: '#36290f',
  bad: '#f29287',
  badSoft: '#3d1d1a',
  info: '#8fb8f4',
  infoSoft: '#1b2b45',
  idle: '#a0acb0',
  idleSoft: '#262e31',
  brass: '#f0b95c',
}

/** Pairs that carry text: each has at least 4.5:1 in both schemes. */
export const TEXT_PAIRS: readonly (readonly [keyof Colours, keyof Colours])[] = [
  ['ink', 'canvas'],
  ['ink', 'surface'],
  ['ink', 'sunken'],
  ['muted', 'canvas'],
  ['muted', 'surface'],
  ['muted', 'sunken'],
  ['accent', 'canvas'],
  ['accent', 'surface'],
  ['accent', 'accentSoft'],
  ['onAccent', 'accent'],
  ['ok', 'surface'],
  ['ok', 'okSoft'],
  ['warn', 'surface'],
  ['warn', 'warnSoft'],
  ['bad', 'surface'],
  ['bad', 'badSoft'],
  ['info', 'surface'],
  ['info', 'infoSoft'],
  ['idle', 'surface'],
  ['idle', 'idleSoft'],
]

export const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
export const MONO = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace"
export const RADIUS = { small: '4px', medium: '6px', large: '10px' } as const
export const SPACE = { 1: '4px', 2: '8px', 3: '12px', 4: '16px', 5: '24px', 6: '32px', 7: '48px' } as const

/** `okSoft` → `--c-ok-soft`. */
export function variables(colours: Colours): Record<string, string> {
  const named = Object.entries(colours).map(([name, value]) => [
    `--c-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    value as string,
  ])
  return Object.fromEntries(named) as Record<string, string>
}
