import type { Pixels } from '../../images/decode.ts'
import type { Grid } from '../backbone.ts'

/**
 * How an image is looked at: as it is, and optionally mirrored, at the two ends of its longer side (undistorted), or
 * in four tiles. The features of all looks are averaged.
 */
export const viewChoices = ['flip', 'crops', 'flip+crops', 'tiles', 'flip+tiles'] as const
export type Views = (typeof viewChoices)[number]

export const mirrors = (views: Views | undefined): boolean => views?.startsWith('flip') ?? false
export const showsEnds = (views: Views | undefined): boolean => views?.endsWith('crops') ?? false
export const showsTiles = (views: Views | undefined): boolean => views?.endsWith('tiles') ?? false

/** A part of an image, in fractions of its sides. */
export interface Frame {
  left: number
  top: number
  width: number
  height: number
}

/** The image mirrored left to right. */
export function flipped({ width, height, data }: Pixels): Pixels {
  const mirrored = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = 3 * y * width, to = from + 3 * (width - 1); x < width; x++, from += 3, to -= 3) {
      mirrored[to] = data[from]
      mirrored[to + 1] = data[from + 1]
      mirrored[to + 2] = data[from + 2]
    }
  }
  return { width, height, data: mirrored }
}

/** The backbone's result for one look. */
export interface LookRecord {
  /** positions × D for the frame, then the pooled vector of D. */
  record: Float16Array
  frame: Frame
  mirrored: boolean
}

/**
 * Averages several looks at an image. Each grid position averages the looks that show its centre, interpolated between their
 * four nearest positions; the pooled vectors are averaged as they are.
 */
export function averageLooks(looks: readonly LookRecord[], grid: Grid): Float16Array {
  const { height, width } = grid
  const positions = height * width
  const dimension = looks[0].record.length / (positions + 1)
  const result = new Float32Array(looks[0].record.length)
  const add = (to: number, record: Float16Array, from: number, share: number): void => {
    if (share === 0) return
    for (let d = 0; d < dimension; d++) result[to * dimension + d] += share * record[from * dimension + d]
  }
  for (let position = 0; position < positions; position++) {
    const y = (Math.floor(position / width) + 0.5) / height
    const x = ((position % width) + 0.5) / width
    const showing = looks.filter(({ frame }) => shows(frame, x, y))
    for (const { record, frame, mirrored } of showing) {
      const within = (x - frame.left) / frame.width
      const columns = between((mirrored ? 1 - within : within) * width - 0.5, width)
      const rows = between(((y - frame.top) / frame.height) * height - 0.5, height)
      for (const row of rows) {
        for (const column of columns) {
          add(position, record, row.at * width + column.at, (row.share * column.share) / showing.length)
        }
      }
    }
  }
  for (const { record } of looks) add(positions, record, positions, 1 / looks.length)
  return new Float16Array(result)
}

function shows({ left, top, width, height }: Frame, x: number, y: number): boolean {
  return x >= left && x <= left + width && y >= top && y <= top + height
}

/** The two neighbours of a position with their weights; beyond the edge, the edge is repeated. */
function between(place: number, length: number): { at: number; share: number }[] {
  const inside = Math.min(length - 1, Math.max(0, place))
  const lower = Math.floor(inside)
  const share = inside - lower
  return [
    { at: lower, share: 1 - share },
    { at: Math.min(length - 1, lower + 1), share },
  ]
}
