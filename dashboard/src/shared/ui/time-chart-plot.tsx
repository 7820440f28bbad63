// The drawing of a TimeChart by uPlot, in the colours of the scheme and the words of the language.
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { TimeChartProps } from './time-chart'
import classes from './time-chart.module.css'

const DASHES = [[], [6, 3], [2, 3]]

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--c-${name}`).trim()
}

function axis(more: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
    ...more,
  }
}

function optionsOf(props: TimeChartProps, width: number, language: string): uPlot.Options {
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
  const shown = props.format ?? ((value: number) => new Intl.NumberFormat(language).format(value))
  return {
    width,
    height: props.height ?? 180,
    legend: { show: props.series.length > 1, live: false },
    cursor: { y: false },
    axes: [
      axis({ size: 30, values: (_, splits) => splits.map((at) => time.format(at * 1000)) }),
      axis({ size: 56, values: (_, splits) => splits.map((value) => shown(value)) }),
    ],
    series: [
      {},
      ...props.series.map((each, at) => ({
        label: each.label,
        stroke: colour(each.tone ?? 'accent'),
        width: 1.5,
        // Lines differ by their dashes too.
        dash: DASHES[at % DASHES.length],
        points: { show: false },
      })),
    ],
  }
}

export default function TimeChartPlot(props: TimeChartProps) {
  const { ref: box, width } = useElementSize()
  const root = useRef<HTMLDivElement>(null)
  const { i18n } = useTranslation()
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    if (!root.current || width === 0) return undefined
    const data = [[...props.times], ...props.series.map((each) => [...each.values])] as uPlot.AlignedData
    const plot = new uPlot(optionsOf(props, width, i18n.language), data, root.current)
    return () => plot.destroy()
  }, [props, width, i18n.language, scheme])
  return (
    <div ref={box}>
      <div ref={root} className={classes.plot} />
    </div>
  )
}
