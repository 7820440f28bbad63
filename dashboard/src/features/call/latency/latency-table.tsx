// The stages of all replies in figures, for everybody who does not see bars.
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import classes from './latency.module.css'
import { STAGES, type Wait } from './stages'

interface Props {
  waits: readonly Wait[]
  /** Seconds of the call, by the number of the turn. */
  startOf: ReadonlyMap<number, number>
}

export function LatencyTable({ waits, startOf }: Props) {
  const { t } = useTranslation('call')
  const format = useFormat()
  return (
    // A region that scrolls is reached with the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} role="group" aria-label={t('latency.title')} tabIndex={0}>
      <table className={classes.table}>
        <caption className="visually-hidden">{t('latency.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('latency.replyColumn')}</th>
            <th scope="col">{t('latency.total')}</th>
            <th scope="col">{t('ear.column')}</th>
            {STAGES.map((stage) => (
              <th key={stage} scope="col">
                {t(`stage.${stage}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {waits.map((wait) => (
            <tr key={wait.index}>
              <th scope="row">{format.clock(startOf.get(wait.index) ?? 0)}</th>
              <td>{format.number(wait.total)}</td>
              <td>{wait.ear === null ? '–' : format.number(wait.ear)}</td>
              {STAGES.map((stage) => (
                <td key={stage}>{shown(wait, stage, format.number)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function shown(wait: Wait, stage: string, number: (value: number) => string): string {
  const found = wait.segments.find((segment) => segment.stage === stage)
  return found ? number(found.ms) : '–'
}
