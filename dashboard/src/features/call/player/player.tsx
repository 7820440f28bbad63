// The recording of a call: its waveform and what moves it.
import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core'
import { useEffect, useEffectEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import { useStoredSwitch } from '@/shared/hooks/stored'
import { Skeletons } from '@/shared/ui'
import { ArrowDownIcon } from '@/shared/ui/icons'
import type { Ear, Outline } from '../call-types'
import { kindsOf, marksOf } from '../ear/marks'
import { MarksLegend } from '../ear/marks-legend'
import type { Line } from '../transcript/lines'
import { BackIcon, ForwardIcon, PauseIcon, PlayIcon } from './icons'
import classes from './player.module.css'
import { usePlaying, type Sound } from './sound'
import { Waveform } from './waveform'

const RATES = [0.75, 1, 1.25, 1.5, 2]
const SKIP_S = 5

interface Props {
  sound: Sound
  url: string
  /** `null`: it cannot be drawn. */
  outline: Outline | null | undefined
  lines: readonly Line[]
  current: Line | undefined
  ear: Ear | null | undefined
}

export function Player({ sound, url, outline, lines, current, ear }: Props) {
  const { t } = useTranslation('call')
  const { failed } = usePlaying(sound)
  const cuts = lines.filter((line) => line.turn.interrupted && line.turn.heard).map((line) => line.end)
  useToggleKey(sound)
  return (
    <section className={classes.player} aria-label={t('player.title')}>
      {outline === undefined && <Skeletons lines={3} height={28} />}
      {outline && (
        <div className={classes.tracks}>
          {outline.channels.length > 1 && (
            <div className={classes.names} aria-hidden="true">
              <span>{t('speaker.caller')}</span>
              <span>{t('speaker.agent')}</span>
            </div>
          )}
          <Waveform
            outline={outline}
            sound={sound}
            cuts={cuts}
            ear={ear}
            current={current && { speaker: current.turn.speaker, start: current.start, end: current.end }}
          />
        </div>
      )}
      {outline && ear && <MarksLegend kinds={kindsOf(marksOf(ear))} worst={ear.worst !== null} />}
      <Controls sound={sound} url={url} />
      {failed && (
        <p role="alert" className={classes.failed}>
          {t('player.failed')}
        </p>
      )}
    </section>
  )
}

function Controls({ sound, url }: Pick<Props, 'sound' | 'url'>) {
  const { t } = useTranslation('call')
  const { playing, rate } = usePlaying(sound)
  return (
    <div className={classes.controls}>
      <Control label={t('player.back', { seconds: SKIP_S })} onClick={() => sound.skip(-SKIP_S)}>
        <BackIcon />
      </Control>
      <Tooltip label={playing ? t('player.pause') : t('player.play')}>
        <ActionIcon
          size={40}
          radius="xl"
          onClick={sound.toggle}
          aria-label={playing ? t('player.pause') : t('player.play')}
          aria-keyshortcuts="k"
        >
          {playing ? <PauseIcon /> : <PlayIcon />}
        </ActionIcon>
      </Tooltip>
      <Control label={t('player.forward', { seconds: SKIP_S })} onClick={() => sound.skip(SKIP_S)}>
        <ForwardIcon />
      </Control>
      <Clock sound={sound} />
      <div className={classes.end}>
        <NativeSelect
          size="xs"
          aria-label={t('player.speed')}
          value={String(rate)}
          onChange={(event) => sound.setRate(Number(event.currentTarget.value))}
          data={RATES.map((each) => ({ value: String(each), label: `${each}×` }))}
        />
        <Tooltip label={t('player.download')}>
          <ActionIcon component="a" href={url} download variant="default" size={30} aria-label={t('player.download')}>
            <ArrowDownIcon size={15} />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  )
}

function Control({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={36} onClick={onClick} aria-label={label}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function Clock({ sound }: { sound: Sound }) {
  const format = useFormat()
  const { time, duration } = usePlaying(sound)
  return (
    <span className={classes.clock}>
      {format.clock(time)} <span className={classes.of}>/ {format.clock(duration)}</span>
    </span>
  )
}

/** `k` plays and pauses wherever the focus is, unless keys without modifiers are turned off. */
function useToggleKey(sound: Sound): void {
  const [on] = useStoredSwitch('centralita.shortcuts', true)
  const press = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target instanceof HTMLElement ? event.target : null
    if (!on || event.key !== 'k' || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.defaultPrevented || target?.closest('input, textarea, select, [role="dialog"]')) return
    event.preventDefault()
    sound.toggle()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
