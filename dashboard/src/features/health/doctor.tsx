// The doctor: what was looked at, what was seen, what to do.
import { Button, Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/shared/api'
import { useFormat } from '@/shared/format'
import { Ago, Answered, EmptyState, Panel, StatusBadge, useProblemText, type Tone } from '@/shared/ui'
import { HealthIcon } from '@/shared/ui/icons'
import { CHECKS, echoDelay, grouped, isCheck, isGroup } from './checks'
import classes from './doctor.module.css'
import { useDoctor, useExamine } from './use-health'

type Report = Schema<'ReportOut'>

const GRADES: Record<Report['level'], Tone> = { ok: 'ok', warn: 'warn', fail: 'bad' }

export function Doctor() {
  const { t } = useTranslation('health')
  const doctor = useDoctor()
  const examine = useExamine()
  const failed = useProblemText(examine.error)
  const running = examine.isPending || doctor.data?.running === true
  const button = (
    <Button size="xs" loading={running} onClick={() => examine.mutate()}>
      {t('doctor.run')}
    </Button>
  )
  return (
    <Panel title={t('doctor.title')} actions={button} flush>
      <div role="status" className={classes.running}>
        {running && (
          <>
            <Progress value={100} animated size="xs" aria-label={t('doctor.running')} />
            <p className={classes.note}>{t('doctor.running')}</p>
          </>
        )}
      </div>
      {examine.error && (
        <p role="alert" className={classes.note}>
          {failed.title}
        </p>
      )}
      <Answered query={doctor}>
        {({ report }) =>
          report ? (
            <Examined report={report} />
          ) : (
            !running && <EmptyState icon={HealthIcon} title={t('doctor.never')} next={t('doctor.neverNext')} />
          )
        }
      </Answered>
    </Panel>
  )
}

function Examined({ report }: { report: Report }) {
  const { t } = useTranslation('health')
  const format = useFormat()
  const delay = echoDelay(report.checks)
  return (
    <>
      <div className={classes.summary}>
        <div>
          <StatusBadge tone={GRADES[report.level]}>{t(`doctor.level.${report.level}`)}</StatusBadge>
          <p className={classes.when}>
            <Ago at={report.at} /> · {t('doctor.took', { time: format.number(report.took_s, 1) })}
          </p>
        </div>
        {delay !== null && (
          <dl className={classes.echo}>
            <dt>{t('doctor.echo')}</dt>
            <dd>{format.latency(delay)}</dd>
          </dl>
        )}
      </div>
      {grouped(report.checks).map(([group, checks]) => (
        <section key={group} aria-label={isGroup(group) ? t(`doctor.group.${group}`) : group}>
          <h3 className={classes.group}>{isGroup(group) ? t(`doctor.group.${group}`) : group}</h3>
          <ul className={classes.checks}>
            {checks.map((check) => (
              <Check key={check.name} check={check} />
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

function Check({ check }: { check: Schema<'CheckOut'> }) {
  const { t, i18n } = useTranslation('health')
  const language = i18n.language === 'es' ? 'es' : 'en'
  return (
    <li className={classes.check}>
      <StatusBadge tone={GRADES[check.level]}>{t(`doctor.grade.${check.level}`)}</StatusBadge>
      <span className={classes.words}>
        <strong>{isCheck(check.name) ? t(`doctor.check.${CHECKS[check.name]}`) : check.name}</strong>
        <span>{check.seen[language]}</span>
        {check.remedy[language] && <span className={classes.remedy}>{check.remedy[language]}</span>}
      </span>
    </li>
  )
}
