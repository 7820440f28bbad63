// The filters of the list.
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SearchIcon } from '@/shared/ui/icons'
import { CAUSES } from '@/shared/ui/tone'
import classes from './calls.module.css'
import { spanOf, STATES } from './filters'
import { SPANS, type CallsSearch } from './search'

const TYPING_MS = 300

interface Props {
  search: CallsSearch
  onChange: (change: Partial<CallsSearch>) => void
  /** Ids of bots that can be chosen. */
  bots: readonly string[]
  /** How many filters are set. */
  count: number
}

export function FilterBar({ search, onChange, bots, count }: Props) {
  const { t } = useTranslation('calls')
  const [shown, setShown] = useState(false)
  return (
    <div role="search" className={classes.bar}>
      <SearchField text={search.q ?? ''} onChange={(q) => onChange({ q })} />
      <Button
        variant="default"
        className={classes.more}
        aria-expanded={shown}
        aria-controls="calls-filters"
        onClick={() => setShown(!shown)}
      >
        {count > 0 ? t('filter.toggleCount', { count }) : t('filter.toggle')}
      </Button>
      <div id="calls-filters" className={classes.choices} data-shown={shown || undefined}>
        <SpanChoice search={search} onChange={onChange} />
        <Choice name="direction" value={search.direction} of={['inbound', 'outbound']} onChange={onChange} />
        <Choice name="state" value={search.state} of={STATES} onChange={onChange} />
        <Choice name="cause" value={search.cause} of={Object.keys(CAUSES)} onChange={onChange} />
        {bots.length > 1 && <Choice name="bot" value={search.bot} of={bots} onChange={onChange} />}
      </div>
    </div>
  )
}

/** Asks when the typing pauses; follows the address when it changes otherwise. */
function SearchField({ text, onChange }: { text: string; onChange: (text: string | undefined) => void }) {
  const { t } = useTranslation('calls')
  const [draft, setDraft] = useState({ typed: text, of: text })
  if (draft.of !== text) setDraft({ typed: draft.typed.trim() === text ? draft.typed : text, of: text })
  const ask = useDebouncedCallback((typed: string) => onChange(typed.trim() || undefined), TYPING_MS)
  return (
    <TextInput
      type="search"
      className={classes.search}
      aria-label={t('filter.search')}
      placeholder={t('filter.search')}
      leftSection={<SearchIcon size={16} />}
      maxLength={100}
      value={draft.typed}
      onChange={(event) => {
        setDraft({ typed: event.currentTarget.value, of: text })
        ask(event.currentTarget.value)
      }}
    />
  )
}

interface ChoiceProps {
  name: 'direction' | 'state' | 'cause' | 'bot'
  value: string | undefined
  of: readonly string[]
  onChange: (change: Partial<CallsSearch>) => void
}

function Choice({ name, value, of, onChange }: ChoiceProps) {
  const { t } = useTranslation('calls')
  const word = (each: string) => t([`${name}.${each}`, `shared:${name}.${each}`, `shared:phase.${each}`], { defaultValue: each })
  // What the address asks for is shown, also when it is no choice of the list.
  const values = value && !of.includes(value) ? [...of, value] : of
  return (
    <NativeSelect
      aria-label={t(`filter.${name}`)}
      value={value ?? ''}
      data-set={value ? true : undefined}
      onChange={(event) => onChange({ [name]: event.currentTarget.value || undefined })}
      data={[{ value: '', label: t(`any.${name}`) }, ...values.map((each) => ({ value: each, label: word(each) }))]}
    />
  )
}

function SpanChoice({ search, onChange }: Pick<Props, 'search' | 'onChange'>) {
  const { t } = useTranslation('calls')
  const span = spanOf(search)
  const choose = (chosen: string) => {
    const when = SPANS.find((each) => each === chosen)
    onChange(when === 'custom' ? { when } : { when, from: undefined, to: undefined })
  }
  return (
    <>
      <NativeSelect
        aria-label={t('filter.when')}
        value={span ?? ''}
        data-set={span ? true : undefined}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[{ value: '', label: t('any.when') }, ...SPANS.map((each) => ({ value: each, label: t(`when.${each}`) }))]}
      />
      {span === 'custom' && (
        <div className={classes.days}>
          <DayField name="from" value={search.from} most={search.to} onChange={onChange} />
          <span aria-hidden="true">–</span>
          <DayField name="to" value={search.to} least={search.from} onChange={onChange} />
        </div>
      )}
    </>
  )
}

interface DayProps extends Pick<Props, 'onChange'> {
  name: 'from' | 'to'
  value: string | undefined
  least?: string
  most?: string
}

function DayField({ name, value, least, most, onChange }: DayProps) {
  const { t } = useTranslation('calls')
  return (
    <TextInput
      type="date"
      aria-label={t(`filter.${name}`)}
      value={value ?? ''}
      min={least}
      max={most}
      onChange={(event) => onChange({ when: 'custom', [name]: event.currentTarget.value || undefined })}
    />
  )
}
