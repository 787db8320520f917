import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import type { TrainingPoint } from '../../contract/schemas.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'

const [width, height] = [350, 150]

/** The loss over time, with held-out mean average precision where it was measured. */
export function Curve({ points }: { points: readonly TrainingPoint[] }) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const theme = useUi((state) => state.theme)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours depend on the theme
  useEffect(() => {
    const element = frame.current
    if (!element) return
    plot.current = new uPlot(optionsFor(element), dataOf(points), element)
    return () => plot.current?.destroy()
  }, [theme])

  useEffect(() => {
    plot.current?.setData(dataOf(points))
  }, [points])

  const last = points.findLast(({ mAP }) => mAP !== null)
  return (
    <figure className="m-0">
      <div ref={frame} aria-hidden style={{ height: height + 30 }} />
      <figcaption className="sr-only">
        {last?.mAP != null && `${texts.models.mAP}: ${texts.models.percent(last.mAP)}`}
      </figcaption>
    </figure>
  )
}

function dataOf(points: readonly TrainingPoint[]): uPlot.AlignedData {
  const ordered = points.toSorted((a, b) => a.fraction - b.fraction)
  return [
    ordered.map(({ fraction }) => fraction * 100),
    ordered.map(({ loss }) => loss),
    ordered.map(({ mAP }) => (mAP === null ? null : mAP * 100)),
  ]
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string): string => style.getPropertyValue(`--${name}`)
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  }
  return {
    width,
    height,
    scales: { x: { time: false }, mAP: { range: [0, 100] } },
    axes: [
      { ...axis, size: 24, values: (_, values) => values.map(texts.training.ofHundred) },
      { ...axis, size: 40, scale: 'y' },
      { ...axis, size: 36, scale: 'mAP', side: 1, grid: { show: false } },
    ],
    series: [
      { label: '' },
      { label: texts.training.loss, scale: 'y', stroke: colour('muted'), width: 1.5, spanGaps: true },
      {
        label: texts.models.mAP,
        scale: 'mAP',
        stroke: colour('accent'),
        width: 2,
        spanGaps: true,
        points: { show: true, size: 6 },
      },
    ],
    legend: { live: false, markers: { width: 2 } },
    cursor: { show: false },
  }
}
