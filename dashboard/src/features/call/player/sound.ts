// The sound of a recording: one audio element and what it does just now.
import { useEffect, useState, useSyncExternalStore } from 'react'

export interface Playing {
  playing: boolean
  /** Seconds; anew some times a second. */
  time: number
  /** Seconds, 0 until it is known. */
  duration: number
  rate: number
  failed: boolean
}

const AT_REST: Playing = { playing: false, time: 0, duration: 0, rate: 1, failed: false }
const TOLD = ['play', 'pause', 'ended', 'timeupdate', 'seeking', 'seeked', 'ratechange', 'durationchange', 'error'] as const

export class Sound {
  private current = AT_REST
  private readonly listeners = new Set<() => void>()

  constructor(private readonly audio: HTMLAudioElement = new Audio()) {
    audio.preload = 'metadata'
    for (const name of TOLD) audio.addEventListener(name, this.look)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly state = (): Playing => this.current

  /** Seconds, to the frame. */
  readonly now = (): number => this.audio.currentTime

  load(url: string): void {
    this.audio.src = url
    this.audio.load()
  }

  unload(): void {
    this.audio.pause()
    this.audio.removeAttribute('src')
    this.audio.load()
  }

  readonly play = (): void => {
    // Refused by the browser, or paused before it began: the state says so anyway.
    this.audio.play().catch(() => undefined)
  }

  readonly toggle = (): void => {
    if (this.audio.paused) this.play()
    else this.audio.pause()
  }

  readonly seek = (seconds: number): void => {
    const end = Number.isFinite(this.audio.duration) ? this.audio.duration : seconds
    this.audio.currentTime = Math.min(Math.max(0, seconds), end)
  }

  readonly skip = (seconds: number): void => this.seek(this.now() + seconds)

  setRate(rate: number): void {
    this.audio.playbackRate = rate
  }

  private readonly look = (): void => {
    const { audio } = this
    this.current = {
      playing: !audio.paused && !audio.ended,
      time: audio.currentTime,
      duration: Number.isFinite(audio.duration) ? audio.duration : 0,
      rate: audio.playbackRate,
      failed: audio.error !== null && audio.hasAttribute('src'),
    }
    for (const listener of this.listeners) listener()
  }
}

/** The sound at `url`, silent while there is none. */
export function useSound(url: string): Sound {
  const [sound] = useState(() => new Sound())
  useEffect(() => {
    if (!url) return undefined
    sound.load(url)
    return () => sound.unload()
  }, [sound, url])
  return sound
}

export function usePlaying(sound: Sound): Playing {
  return useSyncExternalStore(sound.subscribe, sound.state)
}
