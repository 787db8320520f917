import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { Scales } from './nearestStep.ts'

const height = 264
const margin = { left: 46, right: 12, top: 10, bottom: 40 }
const ticks = [0, 0.25, 0.5, 0.75, 1]

/** A plot of two shares, 0 to 100% each. The text beside it says the same in words. */
export function Plot({
  xTitle,
  yTitle,
  children,
  onPoint,
}: {
  xTitle: string
  yTitle: string
  children: (scales: Scales) => ReactNode
  /** Called while the pointer is pressed, with its position in the plot's pixels. */
  onPoint?: (place: { x: number; y: number }, scales: Scales) => void
}) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const scales: Scales = {
    x: (share) => margin.left + share * Math.max(0, width - margin.left - margin.right),
    y: (share) => height - margin.bottom - share * (height - margin.bottom - margin.top),
  }
  const point = (event: PointerEvent<SVGSVGElement>): void => {
    if (event.buttons !== 1) return
    const { left, top } = event.currentTarget.getBoundingClientRect()
    event.currentTarget.setPointerCapture(event.pointerId)
    onPoint?.({ x: event.clientX - left, y: event.clientY - top }, scales)
  }

  return (
    <div ref={frame} style={{ height }}>
      {width > 0 && (
        <svg
          aria-hidden
          width={width}
          height={height}
          onPointerDown={onPoint && point}
          onPointerMove={onPoint && point}
          className={`block text-[11px] select-none ${onPoint ? 'cursor-crosshair touch-none' : ''}`}
        >
          {ticks.map((tick) => (
            <g key={tick} className="fill-muted tabular-nums">
              <line className="stroke-line" x1={scales.x(0)} x2={scales.x(1)} y1={scales.y(tick)} y2={scales.y(tick)} />
              <text x={scales.x(0) - 7} y={scales.y(tick)} dy="0.35em" textAnchor="end">
                {tick * 100}
              </text>
              <text x={scales.x(tick)} y={scales.y(0) + 16} textAnchor="middle">
                {tick * 100}
              </text>
            </g>
          ))}
          <text className="fill-muted" x={(scales.x(0) + scales.x(1)) / 2} y={height - 6} textAnchor="middle">
            {xTitle}
          </text>
          <text
            className="fill-muted"
            textAnchor="middle"
            transform={`translate(11 ${(scales.y(0) + scales.y(1)) / 2}) rotate(-90)`}
          >
            {yTitle}
          </text>
          {children(scales)}
        </svg>
      )}
    </div>
  )
}
