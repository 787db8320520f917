import { useEffect, useRef } from 'react'
import type { Reasons } from '../../contract/schemas.ts'

/** How dark it gets where the model didn't look, 0 to 255. */
const darkest = 120
/** Pixels drawn per grid position: when browsers enlarge only a few pixels, the steps are visible. */
const finer = 32

/** Shows where the model looked for a label by softly shading the rest of the image. */
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
