// The machine, the sidecar itself, and its queue of callers.
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { Duration, Panel } from '@/shared/ui'
import { Facts } from './facts'
import classes from './machine.module.css'
import type { Status } from './processes'

export function Machine({ status }: { status: Status }) {
  const { t } = useTranslation('health')
  const format = useFormat()
  const { host, sidecar, callbacks } = status
  const megabytes = (value: number) => format.bytes(value * 1e6)
  return (
    <div className={classes.columns}>
      <Panel title={t('host.title')}>
        <Facts
          facts={[
            [t('fact.cpu'), host.cpu_percent === null ? null : format.percent(host.cpu_percent / 100)],
            [t('host.cores'), format.number(host.cores)],
            [t('host.load'), host.load.map((each) => format.number(each, 2)).join(' · ')],
            [t('fact.memory'), t('host.of', { part: megabytes(host.memory_mb.used), whole: megabytes(host.memory_mb.total) })],
            [t('host.disk'), t('host.of', { part: megabytes(host.disk_mb.free), whole: megabytes(host.disk_mb.total) })],
          ]}
        />
      </Panel>
      <Panel title={t('sidecar.title')}>
        <Facts
          facts={[
            [t('fact.memory'), megabytes(sidecar.memory_mb)],
            [t('fact.cpu'), format.percent(sidecar.cpu_percent / 100, 1)],
            [t('fact.uptime'), <Duration key="uptime" seconds={sidecar.uptime_s} />],
            [t('fact.pid'), String(sidecar.pid)],
          ]}
        />
      </Panel>
      <Panel title={t('queue.title')}>
        <Facts
          facts={[
            [t('queue.waiting'), format.number(callbacks.waiting)],
            [t('queue.delivered'), format.number(callbacks.delivered)],
            [t('queue.refused'), format.number(callbacks.refused)],
            [t('queue.unreadable'), format.number(callbacks.unreadable)],
          ]}
        />
      </Panel>
    </div>
  )
}
