// The shapes of the API that this page shows.
import type { Schema } from '@/shared/api'

export type CallDetail = Schema<'CallDetail'>
export type Turn = Schema<'TurnOut'>
export type Ear = Schema<'EarOut'>
export type JournalEvent = Schema<'EventOut'>
export type Outline = Schema<'WaveformOut'>
export type Timing = Schema<'TimingOut'>
