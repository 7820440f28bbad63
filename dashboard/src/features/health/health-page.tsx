// How the gateway does. What the sidecar knows is shown also when no control plane answers.
import { useTranslation } from 'react-i18next'
import { OverallBadge } from '@/shared/processes'
import { ApiProblem } from '@/shared/api'
import { EmptyState, ErrorState, PageHeader, Panel, Skeletons } from '@/shared/ui'
import { WarnIcon } from '@/shared/ui/icons'
import { OpenAlerts, Watch } from './alerts'
import { Doctor } from './doctor'
import classes from './health-page.module.css'
import { Machine } from './machine'
import { Age, Processes } from './processes'
import { Providers } from './providers'
import { Recent } from './recent'
import { useStatus } from './use-health'

export function HealthPage() {
  const { t } = useTranslation('health')
  const asked = useStatus()
  const status = asked.data
  const down = status?.status === 'down' && !asked.error
  // A control plane that hangs would hold all connections a browser has for this site: it is asked when it is well.
  const answers = asked.error !== null || (status !== undefined && !down)
  return (
    <>
      <PageHeader title={t('title')} about={t('about')}>
        {status && <Age at={status.seenAt} />}
        {status && !asked.error && <OverallBadge status={status.status} />}
      </PageHeader>
      <div className={classes.parts}>
        {asked.error && <NoSidecar error={asked.error} onRetry={() => void asked.refetch()} />}
        {status && <Processes status={status} />}
        {!status && !asked.error && <Skeletons lines={6} />}
        {answers && <OpenAlerts />}
        {status && (
          <>
            <Recent />
            <Machine status={status} />
          </>
        )}
        {down && (
          <Panel title={t('down.title')}>
            <EmptyState icon={WarnIcon} title={t('down.what')} next={t('down.next')} />
          </Panel>
        )}
        {answers && (
          <>
            <Doctor />
            <Providers />
            <Watch />
          </>
        )}
      </div>
    </>
  )
}

function NoSidecar({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation('health')
  const passing = error instanceof ApiProblem && (error.status === 0 || error.status >= 500)
  return (
    <Panel title={t('processes.title')}>
      {passing ? <EmptyState icon={WarnIcon} title={t('sidecar.missing')} next={t('sidecar.missingNext')} /> : <ErrorState error={error} onRetry={onRetry} />}
    </Panel>
  )
}
