// Callers whom nobody answered while no control plane was there, until somebody says that they were called back.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import { Ago, Answered, CopyButton, notify, Panel, PhoneNumber, useProblemText } from '@/shared/ui'
import { CheckIcon } from '@/shared/ui/icons'
import classes from './rows.module.css'
import { useCallbacks, useCalledBack } from './use-home'

export function Callbacks() {
  const { t } = useTranslation('home')
  const callbacks = useCallbacks()
  return (
    <Panel title={t('callbacks.title')} flush>
      <Answered query={callbacks}>
        {({ items, next_cursor: more }) =>
          items.length === 0 ? (
            <p className={classes.alone}>{t('callbacks.none')}</p>
          ) : (
            <ul className={classes.rows}>
              {items.map((callback) => (
                <Caller key={callback.id} callback={callback} />
              ))}
              {more && <li className={classes.row}>{t('callbacks.more')}</li>}
            </ul>
          )
        }
      </Answered>
    </Panel>
  )
}

function Caller({ callback }: { callback: Schema<'CallbackOut'> }) {
  const { t } = useTranslation('home')
  const done = useCalledBack()
  const failed = useProblemText(done.error)
  const number = callback.from
  return (
    <li className={classes.row}>
      <span className={classes.main}>
        <strong>
          <PhoneNumber number={number} />
          {number && <CopyButton text={number} label={t('callbacks.copy', { number })} />}
        </strong>
        <span className={classes.about}>
          <Ago at={callback.at} />
          {done.error && <span role="alert"> · {failed.title}</span>}
        </span>
      </span>
      <Button
        size="xs"
        variant="default"
        leftSection={<CheckIcon size={14} />}
        aria-label={t('callbacks.doneFor', { number })}
        loading={done.isPending || done.isSuccess}
        onClick={() => done.mutate(callback.id, { onSuccess: () => notify.ok(t('callbacks.told', { number })) })}
      >
        {t('callbacks.done')}
      </Button>
    </li>
  )
}
