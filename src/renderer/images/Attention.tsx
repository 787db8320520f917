import { useEffect, useRef } from 'react'
import type { Reasons } from '../../contract/schemas.ts'

/** How dark it gets where the model did not look: 0 … 255. */
const darkest = 120
/** Pixels drawn for one position of the grid: browsers enlarge a few large pixels in steps that can be seen. */
const finer = 32

/** Where the model looked for a label: the rest of the image lies in a soft shade. */
export function Attention({ attention }: { attention: NonNullable<Reasons['attention']> }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height, weights } = attention
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    const small = document.createElement('canvas')
    small.width = width
    small.height = height
    const grid = small.getContext('2d')
    if (!context || !grid) return
    const largest = Math.max(...weights)
    const shade = grid.createImageData(width, height)
    weights.forEach((weight, at) => {
      shade.data[4 * at + 3] = darkest * (1 - Math.sqrt(weight / largest))
    })
    grid.putImageData(shade, 0, 0)
    context.clearRect(0, 0, width * finer, height * finer)
    context.imageSmoothingQuality = 'high'
    context.drawImage(small, 0, 0, width * finer, height * finer)
  }, [width, height, weights])
  return (
    <canvas
      ref={canvas}
      width={width * finer}
      height={height * finer}
      aria-hidden
      data-attention
      className="pointer-events-none absolute inset-0 size-full"
    />
  )
}
