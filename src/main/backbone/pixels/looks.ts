import { decodePixels, type Pixels, readScanned } from '../../images/decode.ts'
import type { ImageSource } from '../../images/source.ts'
import type { BackboneInput } from '../backbone.ts'
import { type Frame, showsEnds, showsTiles, type Views } from './views.ts'

/** One look at an image. */
export interface Look {
  frame: Frame
  /** No side is larger than the backbone's input. */
  pixels: Pixels
}

const wholeFrame: Frame = { left: 0, top: 0, width: 1, height: 1 }

export const wholeLook = (pixels: Pixels): Look => ({ frame: wholeFrame, pixels })

/** If an image is hardly longer than the input's shape, its ends show nothing that the whole doesn't. */
const leastLonger = 1.1

/**
 * Decodes what a backbone sees of an image: all of it, fitted into the input; then, if requested, the two ends of its longer
 * side in the input's own shape, undistorted and larger; or four tiles, each fitted into the input like the whole.
 * @param path, root as in `readScanned`
 * @throws what `readScanned` throws
 */
export async function decodeLooks(
  path: string,
  sha256: string,
  input: Pick<BackboneInput, 'width' | 'height'>,
  views: Views | undefined,
  root?: string,
): Promise<Look[]> {
  const source = await readScanned(path, sha256, root)
  const whole = wholeLook(await decodePixels(source, input))
  if (showsTiles(views)) return [whole, ...(await tilesOf(source, input))]
  if (!showsEnds(views)) return [whole]
  const covering = await decodePixels(source, input, 'outside')
  return [whole, ...framesAtEnds(covering, input).map((frame) => ({ frame, pixels: cut(covering, frame) }))]
}

/** The share of each side that a tile covers: what is at the edge of one tile is well inside another. */
const tileShare = 0.6

async function tilesOf(source: ImageSource, input: Pick<BackboneInput, 'width' | 'height'>): Promise<Look[]> {
  const enlarged = (length: number): number => Math.round(length / tileShare)
  const pixels = await decodePixels(source, { width: enlarged(input.width), height: enlarged(input.height) })
  const wholePixels = (length: number): number => Math.max(1, Math.round(length * tileShare)) / length
  const [width, height] = [wholePixels(pixels.width), wholePixels(pixels.height)]
  const frames = [0, 1 - height].flatMap((top) => [0, 1 - width].map((left) => ({ left, top, width, height })))
  return frames.map((frame) => ({ frame, pixels: cut(pixels, frame) }))
}

/** The two ends of an image in this shape; none if the image has about that shape itself. */
function framesAtEnds({ width, height }: Pixels, shape: { width: number; height: number }): Frame[] {
  const longer = (width * shape.height) / (height * shape.width)
  if (longer >= leastLonger) {
    const share = Math.round(width / longer) / width
    return [0, 1 - share].map((left) => ({ ...wholeFrame, left, width: share }))
  }
  if (longer > 1 / leastLonger) return []
  const share = Math.round(height * longer) / height
  return [0, 1 - share].map((top) => ({ ...wholeFrame, top, height: share }))
}

function cut({ width, height, data }: Pixels, frame: Frame): Pixels {
  const [left, top] = [Math.round(frame.left * width), Math.round(frame.top * height)]
  const size = { width: Math.round(frame.width * width), height: Math.round(frame.height * height) }
  const part = new Uint8Array(size.width * size.height * 3)
  for (let y = 0; y < size.height; y++) {
    const from = ((top + y) * width + left) * 3
    part.set(data.subarray(from, from + size.width * 3), y * size.width * 3)
  }
  return { ...size, data: part }
}
