// Times and durations that tick by themselves.
import { useFormat } from '@/shared/format'
import { useNow } from '@/shared/hooks/now'

/** A duration that is over, in seconds. */
export function Duration({ seconds }: { seconds: number | null | undefined }) {
  const format = useFormat()
  if (seconds === null || seconds === undefined) return <>–</>
  return (
    <time dateTime={`PT${Math.max(0, Math.floor(seconds))}S`} aria-label={format.spoken(seconds)}>
      {format.clock(seconds)}
    </time>
  )
}

/** How long ago `since` (unix seconds) is, anew every second; by the gateway's clock. */
export function Timer({ since }: { since: number }) {
  const now = useNow(1000)
  return <Duration seconds={now / 1000 - since} />
}

/** A moment (unix seconds) as "3 minutes ago"; the whole of it as a hint. */
export function Ago({ at }: { at: number }) {
  const format = useFormat()
  const now = useNow(10_000)
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={format.dateTime(at)}>
      {format.relative(at, now / 1000)}
    </time>
  )
}

/** A moment (unix seconds) as date and time. */
export function Moment({ at }: { at: number | null | undefined }) {
  const format = useFormat()
  if (at === null || at === undefined) return <>–</>
  return <time dateTime={new Date(at * 1000).toISOString()}>{format.dateTime(at)}</time>
}
