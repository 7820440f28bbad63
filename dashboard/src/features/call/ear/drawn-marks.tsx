// The stretches over the waveform: a wash of colour over both tracks, and a line at the foot where it is solid.
import { memo } from 'react'
import type { Ear } from '../call-types'
import classes from './ear.module.css'
import { marksOf } from './marks'

const LINE = 3
const LEAST_PX = 2
const BRACKET = 7

interface Props {
  ear: Ear
  pixelsPerSecond: number
  height: number
}

export const DrawnMarks = memo(function DrawnMarks({ ear, pixelsPerSecond, height }: Props) {
  const x = (seconds: number) => seconds * pixelsPerSecond
  const { worst } = ear
  return (
    <>
      {marksOf(ear).map(({ kind, start, end }) => {
        const width = Math.max(LEAST_PX, x(end - start))
        return (
          <g key={`${kind}${start}`} data-kind={kind} className={classes.mark}>
            <rect className={classes.wash} x={x(start)} y="0" width={width} height={height} />
            <rect x={x(start)} y={height - LINE} width={width} height={LINE} />
          </g>
        )
      })}
      {worst && <path className={classes.worst} d={`M${x(worst.from_s)} ${BRACKET}V1H${x(worst.to_s)}V${BRACKET}`} />}
    </>
  )
})
