// The keys there are, and the switch that turns them off.
import { Kbd, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Dialog } from '@/shared/ui/dialog'
import { useDestinations } from './navigation'
import classes from './shortcut-help.module.css'
import { useShortcutSwitch } from './use-shortcuts'

export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('app')
  const all = useDestinations()
  const [on, turn] = useShortcutSwitch()
  return (
    <Dialog onClose={onClose} title={t('shortcuts.title')}>
      <dl className={classes.list}>
        {all.map((to) => (
          <div key={to.path}>
            <dt>{t(to.textKey)}</dt>
            <dd>
              <Kbd>g</Kbd> <Kbd>{to.letter}</Kbd>
            </dd>
          </div>
        ))}
        <div>
          <dt>{t('shortcuts.help')}</dt>
          <dd>
            <Kbd>?</Kbd>
          </dd>
        </div>
        <div>
          <dt>{t('shortcuts.play')}</dt>
          <dd>
            <Kbd>k</Kbd>
          </dd>
        </div>
        <div>
          <dt>{t('shortcuts.rows')}</dt>
          <dd>
            <Kbd>↑</Kbd> <Kbd>↓</Kbd> <Kbd>Enter</Kbd>
          </dd>
        </div>
      </dl>
      <Switch checked={on} onChange={(event) => turn(event.currentTarget.checked)} label={t('shortcuts.on')} />
    </Dialog>
  )
}
