// A telephone number in groups; copied, it is whole.
import { grouped } from '@/shared/format'

export function PhoneNumber({ number }: { number: string }) {
  if (!number) return <>–</>
  return (
    <span dir="ltr" style={{ whiteSpace: 'nowrap' }} title={number}>
      {grouped(number)}
    </span>
  )
}
