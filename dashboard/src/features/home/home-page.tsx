// How today goes, and what wants somebody's attention.
import { useTranslation } from 'react-i18next'
import { useMay } from '@/shared/session'
import { Answered, PageHeader } from '@/shared/ui'
import { Alerts } from './alerts'
import { Callbacks } from './callbacks'
import { Causes } from './causes'
import { wholeDay } from './day'
import { FirstSteps } from './first-steps'
import classes from './home-page.module.css'
import { HoursChart } from './hours-chart'
import { Processes } from './processes'
import { Today } from './today'
import { useEverCalled, useOverview } from './use-home'

export function HomePage() {
  const { t } = useTranslation('home')
  const runs = useMay()('system:read')
  const overview = useOverview()
  const quiet = overview.data?.calls.today === 0 && overview.data.calls.live === 0
  const ever = useEverCalled(quiet)
  const isNew = quiet && ever.data === false
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} />
      <div className={classes.parts}>
        {isNew && runs && <FirstSteps />}
        <Answered query={overview}>
          {(today) => (
            <div>
              <Today overview={today} />
              {!isNew && (
                <div className={classes.charts}>
                  <HoursChart hours={wholeDay(today.by_hour)} />
                  <Causes causes={today.hangup_causes} />
                </div>
              )}
            </div>
          )}
        </Answered>
        {runs && (
          <div className={classes.columns}>
            <Processes />
            <Alerts />
            <Callbacks />
          </div>
        )}
      </div>
    </>
  )
}
