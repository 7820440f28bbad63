// The ways to tell people, and whether they work.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Answered, Panel, StatusBadge, StatusDot, useProblemText } from '@/shared/ui'
import classes from './alerts.module.css'
import { useChannels, useTestChannels } from './use-health'

const ALL = ''

export function Channels() {
  const { t } = useTranslation('health')
  const channels = useChannels()
  const test = useTestChannels()
  const failed = useProblemText(test.error)
  const any = (channels.data?.items.length ?? 0) > 0
  const button = (
    <Button size="xs" variant="default" disabled={!any} loading={test.isPending} onClick={() => test.mutate(ALL)}>
      {t('channels.test')}
    </Button>
  )
  return (
    <Panel title={t('channels.title')} actions={button}>
      <Answered query={channels}>
        {({ items }) =>
          items.length === 0 ? (
            <span className={classes.about}>{t('channels.none')}</span>
          ) : (
            <ul className={classes.list}>
              {items.map((channel) => (
                <li key={channel.name} className={classes.result}>
                  <strong>{channel.name}</strong> <span className={classes.about}>{channel.kind}</span>
                  {channel.kind === 'unreadable' && <StatusBadge tone="bad">{t('channels.unreadable')}</StatusBadge>}
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
      {test.error && <p role="alert">{failed.title}</p>}
      <div role="status">
        {test.data && (
          <ul className={classes.results} aria-label={t('channels.results')}>
            {test.data.items.map((result) => (
              <li key={result.channel} className={classes.result}>
                <StatusDot tone={result.delivered ? 'ok' : 'bad'} />
                <span>
                  {result.channel}: {result.delivered ? t('channels.delivered') : result.text}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  )
}
