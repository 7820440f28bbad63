// The filters that are set; each can be taken away.
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { CrossIcon } from '@/shared/ui/icons'
import classes from './calls.module.css'
import { NO_FILTERS, type Chip } from './filters'
import type { CallsSearch } from './search'

interface Props {
  chips: readonly Chip[]
  search: CallsSearch
  onChange: (change: Partial<CallsSearch>) => void
}

export function FilterChips({ chips, search, onChange }: Props) {
  const { t } = useTranslation('calls')
  const word = useChipWords(search)
  if (chips.length === 0) return null
  return (
    <ul className={classes.chips} aria-label={t('chips.label')}>
      {chips.map((chip) => (
        <li key={chip.name}>
          <button
            type="button"
            className={classes.chip}
            aria-label={t('chips.remove', { filter: word(chip) })}
            onClick={() => onChange(chip.without)}
          >
            {word(chip)}
            <CrossIcon size={12} />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className={classes.clear} onClick={() => onChange(NO_FILTERS)}>
          {t('chips.clear')}
        </button>
      </li>
    </ul>
  )
}

function useChipWords(search: CallsSearch): (chip: Chip) => string {
  const { t } = useTranslation('calls')
  const format = useFormat()
  // Noon keeps the day in every time zone.
  const day = (text: string | undefined) => (text ? format.date(new Date(`${text}T12:00`).getTime() / 1000) : '…')
  return (chip) => {
    if (chip.name === 'q') return `“${chip.value}”`
    if (chip.value === 'custom') return `${day(search.from)} – ${day(search.to)}`
    const value = t([`${chip.name}.${chip.value}`, `shared:${chip.name}.${chip.value}`, `shared:phase.${chip.value}`], {
      defaultValue: chip.value,
    })
    return chip.name === 'when' ? value : `${t(`filter.${chip.name}`)}: ${value}`
  }
}
