// Both voices over time: the caller above, the bot below. Clicked, dragged and moved by keys like a slider.
import { useElementSize } from '@mantine/hooks'
import { useEffect, useId, useMemo, useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/shared/format'
import type { Ear, Outline } from '../call-types'
import { DrawnMarks } from '../ear/drawn-marks'
import { pathOf, ticksOf } from './bars'
import type { Sound } from './sound'
import { usePlaying } from './sound'
import classes from './waveform.module.css'

const HEIGHT = 132
const AXIS = 18
const STEP_S = 5
const LONG_STEP_S = 30

interface Props {
  outline: Outline
  sound: Sound
  /** The line that is heard. */
  current?: { speaker: string; start: number; end: number }
  /** Where the bot was cut off, in seconds. */
  cuts: readonly number[]
  ear: Ear | null | undefined
}

export function Waveform({ outline, sound, current, cuts, ear }: Props) {
  const { t } = useTranslation('call')
  const format = useFormat()
  const { ref, width } = useElementSize()
  const { time } = usePlaying(sound)
  const duration = outline.duration_s
  const slide = useSlide(sound, duration)
  return (
    <div
      className={classes.slider}
      role="slider"
      tabIndex={0}
      aria-label={t('player.position')}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration)}
      aria-valuenow={Math.round(time)}
      aria-valuetext={t('player.positionOf', { time: format.clock(time), duration: format.clock(duration) })}
      {...slide}
    >
      <div ref={ref} className={classes.plot}>
        {width > 0 && <Drawing outline={outline} sound={sound} current={current} cuts={cuts} ear={ear} width={width} />}
      </div>
    </div>
  )
}

function useSlide(sound: Sound, duration: number) {
  const seekTo = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    if (box.width > 0) sound.seek(((event.clientX - box.left) / box.width) * duration)
  }
  const keys: Record<string, () => void> = {
    ArrowRight: () => sound.skip(STEP_S),
    ArrowUp: () => sound.skip(STEP_S),
    ArrowLeft: () => sound.skip(-STEP_S),
    ArrowDown: () => sound.skip(-STEP_S),
    PageUp: () => sound.skip(LONG_STEP_S),
    PageDown: () => sound.skip(-LONG_STEP_S),
    Home: () => sound.seek(0),
    End: () => sound.seek(duration),
    ' ': sound.toggle,
    Enter: sound.toggle,
  }
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId)
      seekTo(event)
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (event.buttons === 1) seekTo(event)
    },
    onKeyDown: (event: KeyboardEvent) => {
      const act = keys[event.key]
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      act()
    },
  }
}

/** The playhead and the played part follow the sound frame by frame, past React. */
function usePlayhead(sound: Sound, pixelsPerSecond: number) {
  const played = useRef<SVGRectElement>(null)
  const head = useRef<SVGLineElement>(null)
  const { playing, time } = usePlaying(sound)
  useEffect(() => {
    let frame = 0
    const draw = () => {
      const at = (sound.now() * pixelsPerSecond).toFixed(1)
      played.current?.setAttribute('width', at)
      head.current?.setAttribute('x1', at)
      head.current?.setAttribute('x2', at)
      if (playing) frame = requestAnimationFrame(draw)
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [sound, playing, time, pixelsPerSecond])
  return { played, head }
}

function Drawing({ outline, sound, current, cuts, ear, width }: Props & { width: number }) {
  const clip = useId()
  const format = useFormat()
  const duration = Math.max(outline.duration_s, 0.001)
  const x = (seconds: number) => (seconds / duration) * width
  const { played, head } = usePlayhead(sound, width / duration)
  const tracks = useMemo(() => tracksOf(outline, width), [outline, width])
  const bottom = HEIGHT - AXIS
  return (
    <svg className={classes.drawing} width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      <clipPath id={clip}>
        <rect ref={played} x="0" y="0" width="0" height={HEIGHT} />
      </clipPath>
      {current && tracks.some((track) => track.name === current.speaker) && (
        <rect
          className={classes.current}
          x={x(current.start)}
          width={Math.max(2, x(Math.min(current.end, duration) - current.start))}
          y={current.speaker === 'agent' ? bottom / 2 : 0}
          height={bottom / 2}
          rx="4"
        />
      )}
      {ear && <DrawnMarks ear={ear} pixelsPerSecond={width / duration} height={bottom} />}
      {tracks.map((track) => (
        <g key={track.name} data-speaker={track.name} className={classes.track}>
          <path d={track.path} className={classes.rest} />
          <path d={track.path} className={classes.played} clipPath={`url(#${clip})`} />
        </g>
      ))}
      {tracks.length > 1 && <line className={classes.middle} x1="0" x2={width} y1={bottom / 2} y2={bottom / 2} />}
      {cuts.map((cut) => (
        <path key={cut} className={classes.cut} d={`M${x(cut)} ${bottom / 2}V${bottom}m-4 0h8l-4 -7z`} />
      ))}
      {ticksOf(duration, width).map((tick) => (
        <text key={tick} className={classes.tick} x={Math.max(x(tick), 1)} y={HEIGHT - 3} textAnchor={tick === 0 ? 'start' : 'middle'}>
          {format.clock(tick)}
        </text>
      ))}
      <line ref={head} className={classes.head} x1="0" x2="0" y1="0" y2={bottom} />
    </svg>
  )
}

function tracksOf(outline: Outline, width: number) {
  const all = outline.channels
  const loudest = Math.max(0.05, ...all.flatMap((channel) => channel.peaks))
  const room = (HEIGHT - AXIS) / Math.max(1, all.length)
  return all.map((channel, at) => ({
    name: channel.name,
    path: pathOf(channel.peaks, { width, middle: room * (at + 0.5), reach: room / 2 - 5, loudest }),
  }))
}
