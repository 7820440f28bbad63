// A new key: its name, what it may, how long; then the key itself, shown this once.
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { useState, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import { useNow } from '@/shared/hooks/now'
import { Answered, CopyButton } from '@/shared/ui'
import { Dialog } from '@/shared/ui/dialog'
import { Refusal } from '@/shared/ui/refusal'
import classes from '../settings.module.css'
import { endOf, LIVES, type Life } from './key-state'
import { useMakeKey, usePermissions } from './use-keys'

export default function KeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings')
  const permissions = usePermissions()
  const [made, setMade] = useState<Schema<'KeyMade'> | null>(null)
  return (
    <Dialog title={made ? made.name : t('keys.make')} onClose={onClose}>
      {made ? (
        <Made made={made} onClose={onClose} />
      ) : (
        <Answered query={permissions}>
          {(all) => <Make all={all} onMade={setMade} onClose={onClose} />}
        </Answered>
      )}
    </Dialog>
  )
}

interface MakeProps {
  all: Schema<'PermissionsOut'>
  onMade: (made: Schema<'KeyMade'>) => void
  onClose: () => void
}

function Make({ all, onMade, onClose }: MakeProps) {
  const { t, i18n } = useTranslation('settings')
  const nowS = useNow(60_000) / 1000
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<string[]>([])
  const [life, setLife] = useState<Life>('year')
  const make = useMakeKey()
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (make.isPending || scopes.length === 0) return
    make.mutate({ name: name.trim(), scopes, expires_at: endOf(life, nowS) }, { onSuccess: onMade })
  }
  const offered = all.permissions.filter((each) => all.own.includes(each.name))
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        data-autofocus
        required
        autoComplete="off"
        label={t('keys.name')}
        description={t('keys.nameHint')}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group label={t('keys.may')} description={t('keys.mayHint')} value={scopes} onChange={setScopes}>
        <div className={classes.scopes}>
          {offered.map((each) => (
            <Checkbox
              key={each.name}
              value={each.name}
              label={i18n.language === 'es' ? each.es : each.en}
              description={each.name}
            />
          ))}
        </div>
      </Checkbox.Group>
      <NativeSelect
        label={t('keys.life')}
        value={life}
        onChange={(event) => setLife(event.currentTarget.value as Life)}
        data={(Object.keys(LIVES) as Life[]).map((each) => ({ value: each, label: t(`keys.lives.${each}`) }))}
      />
      <Refusal error={make.error} />
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button type="submit" loading={make.isPending} disabled={scopes.length === 0}>
          {t('keys.make')}
        </Button>
      </div>
    </form>
  )
}

function Made({ made, onClose }: { made: Schema<'KeyMade'>; onClose: () => void }) {
  const { t } = useTranslation('settings')
  return (
    <div className={classes.form}>
      <p className={classes.about} role="status">
        {t('keys.once')}
      </p>
      <div className={classes.secret}>
        <code>{made.key}</code>
        <CopyButton text={made.key} label={t('keys.copy')} />
      </div>
      <div className={classes.buttons}>
        <Button onClick={onClose}>{t('keys.kept')}</Button>
      </div>
    </div>
  )
}
