// One line for each process, as the sidecar sees it; it answers also when no control plane does.
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { OverallBadge, ProcessBadge, useOtherReasons, useProcessWords } from '@/shared/processes'
import { Panel, Skeletons } from '@/shared/ui'
import classes from './rows.module.css'
import { useProcesses } from './use-home'

export function Processes() {
  const { t } = useTranslation('home')
  const asked = useProcesses()
  const words = useProcessWords()
  const others = useOtherReasons()
  const health = asked.data
  const actions = health && !asked.error && <OverallBadge status={health.status} />
  return (
    <Panel title={t('processes.title')} actions={actions} flush>
      {asked.error ? (
        <p className={classes.alone}>{t('processes.noSidecar')}</p>
      ) : health ? (
        <ul className={classes.rows}>
          {health.processes.map((process) => (
            <li key={process.name} className={classes.row}>
              <span className={classes.main}>
                <strong>{process.name}</strong>
                <span className={classes.about}>{words(process.state)}</span>
              </span>
              <ProcessBadge state={process.state} />
            </li>
          ))}
          {others(health.reasons).map((reason) => (
            <li key={reason} className={classes.row}>
              {reason}
            </li>
          ))}
        </ul>
      ) : (
        <Skeletons lines={2} />
      )}
      <p className={classes.more}>
        <Link to="/system">{t('processes.more')}</Link>
      </p>
    </Panel>
  )
}
