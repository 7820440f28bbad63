// The icons: strokes in a square of 20, drawn for the dashboard.
import type { ReactNode } from 'react'

export interface IconProps {
  size?: number
}

function icon(strokes: ReactNode) {
  return function Icon({ size = 18 }: IconProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {strokes}
      </svg>
    )
  }
}

export const HomeIcon = icon(<path d="M3 9.2 10 3l7 6.2V16.5h-4.8V12H7.8v4.5H3Z" />)
export const LiveIcon = icon(<path d="M2.5 10h2.3l2-5.5 3.2 11 2.6-8 1.5 2.5h3.4" />)
export const CallsIcon = icon(<path d="M3 5h9M3 10h9M3 15h6M15.5 3.5v9m0 0-2.5-2.5m2.5 2.5L18 10" />)
export const HealthIcon = icon(
  <>
    <path d="M10 17S3 13 3 7.8A3.7 3.7 0 0 1 10 6a3.7 3.7 0 0 1 7 1.8C17 13 10 17 10 17Z" />
    <path d="M5.5 10.5h2.5l1.3-2.5 1.7 4 1.2-1.5h2.3" />
  </>,
)
export const MenuIcon = icon(<path d="M3 5.5h14M3 10h14M3 14.5h14" />)
export const MoreIcon = icon(<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.6" />)
export const CollapseIcon = icon(
  <>
    <rect x="3" y="3.5" width="14" height="13" rx="2" />
    <path d="M8 3.5v13M13.5 8l-2 2 2 2" />
  </>,
)
export const LanguageIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M3 10h14M10 3c2.5 2.2 2.5 11.8 0 14-2.5-2.2-2.5-11.8 0-14Z" />
  </>,
)
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.3" />
    <path d="M10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1" />
  </>,
)
export const MoonIcon = icon(<path d="M16.5 12A7 7 0 0 1 8 3.5 7 7 0 1 0 16.5 12Z" />)
export const AutoIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 3v14a7 7 0 0 0 0-14Z" fill="currentColor" />
  </>,
)
export const KeyboardIcon = icon(
  <>
    <rect x="2.5" y="5" width="15" height="10" rx="1.5" />
    <path d="M5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6.5 12h7" />
  </>,
)
export const SignOutIcon = icon(<path d="M12 3.5H4v13h8M9 10h8m0 0-2.5-2.5M17 10l-2.5 2.5" />)
export const CopyIcon = icon(
  <>
    <rect x="7" y="7" width="10" height="10" rx="1.5" />
    <path d="M13 4.5V4a1 1 0 0 0-1-1H4a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h.5" />
  </>,
)
export const CheckIcon = icon(<path d="m4 10.5 4 4 8-9" />)
export const CrossIcon = icon(<path d="m5 5 10 10M15 5 5 15" />)
export const WarnIcon = icon(<path d="M10 3 2.5 16.5h15ZM10 8v4M10 14.3v.01" />)
export const PhoneIcon = icon(<path d="M6.5 3 4 3.5C3.5 11 9 16.5 16.5 16l.5-2.5-3.5-2-1.8 1.5A9 9 0 0 1 7 8.3l1.5-1.8Z" />)
export const InIcon = icon(<path d="M15 5 6 14m0-6.5V14h6.5" />)
export const OutIcon = icon(<path d="m5 15 9-9M7.5 6H14v6.5" />)
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5.5" />
    <path d="m13.2 13.2 3.8 3.8" />
  </>,
)
export const ArrowUpIcon = icon(<path d="M10 16V4m0 0L5.5 8.5M10 4l4.5 4.5" />)
export const ArrowDownIcon = icon(<path d="M10 4v12m0 0 4.5-4.5M10 16l-4.5-4.5" />)
export const SortIcon = icon(<path d="m6 8 4-4 4 4M6 12l4 4 4-4" />)
export const ChevronIcon = icon(<path d="m7.5 4.5 5.5 5.5-5.5 5.5" />)
export const RefreshIcon = icon(<path d="M16 6.5A7 7 0 1 0 17 10M16.5 3v3.7h-3.7" />)
export const TransferIcon = icon(<path d="M3 7h13m0 0-3-3m3 3-3 3M17 14H5" />)
export const DashIcon = icon(<path d="M5 10h10" />)
export const SettingsIcon = icon(
  <>
    <path d="M3 6h6M13 6h4M3 14h3M10 14h7" />
    <circle cx="11" cy="6" r="2" />
    <circle cx="8" cy="14" r="2" />
  </>,
)
export const PersonIcon = icon(
  <>
    <circle cx="10" cy="7" r="3.3" />
    <path d="M3.5 17a6.5 6.5 0 0 1 13 0" />
  </>,
)
export const LockIcon = icon(
  <>
    <rect x="4" y="9" width="12" height="8" rx="1.5" />
    <path d="M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9" />
  </>,
)
