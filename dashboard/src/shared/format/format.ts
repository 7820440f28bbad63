// Numbers, times and durations in the words of a language.

const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

export interface Format {
  number: (value: number, digits?: number) => string
  /** 0.42 → 42 %. */
  percent: (share: number, digits?: number) => string
  /** Unix seconds. */
  time: (at: number) => string
  date: (at: number) => string
  dateTime: (at: number) => string
  /** 75 → 1:15, 3700 → 1:01:40. */
  clock: (seconds: number) => string
  /** 75 → "1 minute, 15 seconds". */
  spoken: (seconds: number) => string
  /** 830 → "830 ms", 1240 → "1.24 s". */
  latency: (milliseconds: number) => string
  /** Unix seconds → "3 minutes ago". */
  relative: (at: number, now: number) => string
  bytes: (count: number) => string
}

const two = (value: number): string => String(value).padStart(2, '0')

function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const minutes = Math.floor(whole / MINUTE_S)
  if (whole < HOUR_S) return `${minutes}:${two(whole % MINUTE_S)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % MINUTE_S)}`
}

function unit(language: string, name: string, display: 'long' | 'short' = 'long', digits = 0): (value: number) => string {
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: name,
    unitDisplay: display,
    maximumFractionDigits: digits,
  })
  return (value) => format.format(value)
}

function spoken(language: string): (seconds: number) => string {
  const [hours, minutes, rest] = [unit(language, 'hour'), unit(language, 'minute'), unit(language, 'second')]
  const list = new Intl.ListFormat(language, { type: 'unit', style: 'long' })
  return (seconds) => {
    const whole = Math.max(0, Math.floor(seconds))
    const parts: string[] = []
    if (whole >= HOUR_S) parts.push(hours(Math.floor(whole / HOUR_S)))
    if (whole % HOUR_S >= MINUTE_S) parts.push(minutes(Math.floor((whole % HOUR_S) / MINUTE_S)))
    if (whole % MINUTE_S > 0 || parts.length === 0) parts.push(rest(whole % MINUTE_S))
    return list.format(parts)
  }
}

function relative(language: string): (at: number, now: number) => string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return (at, now) => {
    const seconds = Math.round(at - now)
    const size = Math.abs(seconds)
    if (size < 5) return format.format(0, 'second')
    if (size < MINUTE_S) return format.format(seconds, 'second')
    if (size < HOUR_S) return format.format(Math.trunc(seconds / MINUTE_S), 'minute')
    if (size < DAY_S) return format.format(Math.trunc(seconds / HOUR_S), 'hour')
    return format.format(Math.trunc(seconds / DAY_S), 'day')
  }
}

function bytes(language: string): (count: number) => string {
  const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'].map((name) => unit(language, name, 'short', 1))
  return (count) => {
    const step = count < 1 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), sizes.length - 1)
    return sizes[step]?.(count / 1000 ** step) ?? ''
  }
}

export function makeFormat(language: string): Format {
  const milliseconds = unit(language, 'millisecond', 'short')
  const seconds = unit(language, 'second', 'short', 2)
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' })
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  return {
    number: (value, digits = 0) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value),
    percent: (share, digits = 0) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(share),
    time: (at) => time.format(at * 1000),
    date: (at) => date.format(at * 1000),
    dateTime: (at) => dateTime.format(at * 1000),
    clock,
    spoken: spoken(language),
    latency: (value) => (value < 1000 ? milliseconds(Math.round(value)) : seconds(value / 1000)),
    relative: relative(language),
    bytes: bytes(language),
  }
}
