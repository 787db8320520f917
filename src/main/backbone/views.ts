import type { Pixels } from '../images/decode.ts'
import type { Grid } from './backbone.ts'

/** How an image is looked at: as it is, or also mirrored left to right, the features of both averaged. */
export type Views = 'flip'

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

/**
 * The mean of an image's record and that of its mirror image: of the grid, each position with the one that shows the same place.
 * @param record, mirrored positions × D, then the pooled vector of D
 */
export function averageViews(record: Float16Array, mirrored: Float16Array, grid: Grid): Float16Array {
  const result = new Float16Array(record.length)
  const positions = grid.height * grid.width
  const dimension = record.length / (positions + 1)
  for (let position = 0; position <= positions; position++) {
    const column = position % grid.width
    const isPooled = position === positions
    const from = isPooled ? position : position - column + (grid.width - 1 - column)
    for (let d = 0; d < dimension; d++) {
      const at = position * dimension + d
      result[at] = (record[at] + mirrored[from * dimension + d]) / 2
    }
  }
  return result
}
