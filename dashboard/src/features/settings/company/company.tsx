// The company itself: name, language, money, and how long things are kept.
import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ApiProblem, ask, type Schema } from '@/shared/api'
import { useKeepMe, useMay } from '@/shared/session'
import { Answered, notify, Panel } from '@/shared/ui'
import { Refusal } from '@/shared/ui/refusal'
import classes from '../settings.module.css'

type Settings = Schema<'TenantSettings'>
type Retention = Settings['retention']

const KEY = ['settings', 'company']
const KEPT = ['recordings', 'transcripts', 'calls', 'audit'] as const
const LONGEST_DAYS = 36_500

export function Company() {
  const settings = useQuery({ queryKey: KEY, queryFn: ({ signal }) => ask(api.GET('/api/settings', { signal })) })
  return <Answered query={settings}>{(found) => <Form key={found.version} found={found} />}</Answered>
}

function useSave(version: number) {
  const client = useQueryClient()
  const keep = useKeepMe()
  return useMutation({
    mutationFn: (body: Schema<'SettingsChanges'>) =>
      ask(api.PATCH('/api/settings', { params: { header: { 'If-Match': `"${version}"` } }, body })),
    onSuccess: (now) => {
      client.setQueryData(KEY, now)
      keep({ tenant_name: now.name })
    },
  })
}

function Form({ found }: { found: Settings }) {
  const { t } = useTranslation('settings')
  const may = useMay()('settings:write')
  const [given, setGiven] = useState(found)
  const save = useSave(found.version)
  const change = (some: Partial<Settings>) => setGiven((before) => ({ ...before, ...some }))
  const fault = (field: string) =>
    save.error instanceof ApiProblem ? save.error.faults.find((each) => each.field === field)?.message : undefined
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    const { name, zone, language, region, currency, retention } = given
    if (save.isPending) return
    const body = { name, zone, language, region, currency, retention } as Schema<'SettingsChanges'>
    save.mutate(body, { onSuccess: () => notify.ok(t('saved')) })
  }
  return (
    <Panel title={t('tab.company')}>
      <form className={`${classes.form} ${classes.narrow}`} onSubmit={submit}>
        <TextInput
          required
          label={t('company.name')}
          maxLength={200}
          disabled={!may}
          value={given.name}
          error={fault('name')}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <div className={classes.two}>
          <NativeSelect
            label={t('company.language')}
            disabled={!may}
            value={given.language}
            onChange={(event) => change({ language: event.currentTarget.value })}
            data={[
              { value: 'es', label: 'Español' },
              { value: 'en', label: 'English' },
            ]}
          />
          <TextInput
            label={t('company.currency')}
            maxLength={3}
            disabled={!may}
            value={given.currency}
            error={fault('currency')}
            onChange={(event) => change({ currency: event.currentTarget.value.toUpperCase() })}
          />
        </div>
        <Zone given={given} disabled={!may} error={fault('zone')} onChange={change} />
        <TextInput
          label={t('company.region')}
          description={t('company.regionHint')}
          placeholder="CO"
          maxLength={2}
          disabled={!may}
          value={given.region}
          error={fault('region')}
          onChange={(event) => change({ region: event.currentTarget.value.toUpperCase() })}
        />
        <Kept retention={given.retention} disabled={!may} onChange={(retention) => change({ retention })} />
        <Refusal error={save.error} />
        {may && (
          <div>
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  )
}

interface ZoneProps {
  given: Settings
  disabled: boolean
  error: string | undefined
  onChange: (some: Partial<Settings>) => void
}

function Zone({ given, disabled, error, onChange }: ZoneProps) {
  const { t } = useTranslation('settings')
  const zones = [...new Set([given.zone, ...Intl.supportedValuesOf('timeZone')])].filter(Boolean)
  return (
    <NativeSelect
      label={t('company.zone')}
      description={t('company.zoneHint')}
      disabled={disabled}
      value={given.zone}
      error={error}
      onChange={(event) => onChange({ zone: event.currentTarget.value })}
      data={[{ value: '', label: t('company.zoneOwn', { zone: given.effective_zone }) }, ...zones]}
    />
  )
}

interface KeptProps {
  retention: Retention
  disabled: boolean
  onChange: (retention: Retention) => void
}

/** After how many days things are erased. */
function Kept({ retention, disabled, onChange }: KeptProps) {
  const { t } = useTranslation('settings')
  return (
    <fieldset className={classes.group}>
      <legend>{t('company.kept')}</legend>
      <p className={classes.about}>{t('company.keptAbout')}</p>
      <div className={classes.two}>
        {KEPT.map((kind) => (
          <NumberInput
            key={kind}
            label={t(`company.keeps.${kind}`)}
            min={0}
            max={LONGEST_DAYS}
            allowDecimal={false}
            hideControls
            disabled={disabled}
            value={retention[kind] ?? 0}
            onChange={(value) => onChange({ ...retention, [kind]: Number(value) || 0 })}
          />
        ))}
      </div>
    </fieldset>
  )
}
