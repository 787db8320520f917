import { State } from '../../domain/state.ts'
import type { StateMatrix } from '../../project/states/stateMatrix.ts'
import { type Gains, largestGains } from '../../suggestions/gains.ts'

/** Rows looked at together: the states are row-major and the gains column-major, and a block of both fits the processor's cache. */
const block = 256

/**
 * What it would be good to be told next: the expected gains of the last training, of the pairs that are still unknown now.
 * It holds for as long as the matrix is not changed.
 */
export class Usefulness {
  readonly #gains: Gains
  readonly #matrix: StateMatrix
  /** Of each row of the gains, its row in the matrix. */
  readonly #stateRows: Int32Array

  constructor(gains: Gains, matrix: StateMatrix) {
    this.#gains = gains
    this.#matrix = matrix
    this.#stateRows = Int32Array.from(gains.imageIds, (id) => matrix.rowOf(id))
  }

  /** The sum of the gains of each image, by its id. @param labelId without it, of all labels */
  ofImages(labelId?: number): (imageId: number) => number {
    const { gains, imageIds } = this.#gains
    const sums = new Float32Array(imageIds.length)
    this.#visitUnknown(labelId, (at, row) => {
      sums[row] += gains[at]
    })
    const rows = new Int32Array((imageIds.at(-1) ?? 0) + 1).fill(-1)
    for (const [row, id] of imageIds.entries()) rows[id] = row
    return (id) => sums[rows[id] ?? -1] ?? 0
  }

  /** The places, in the table of gains, of the pairs of the largest gain, the largest first. @param passes which images count */
  pairs(count: number, passes: (imageId: number) => boolean): number[] {
    const { gains, imageIds } = this.#gains
    const open = new Float32Array(gains.length)
    const counts = imageIds.map((id) => (passes(id) ? 1 : 0))
    this.#visitUnknown(undefined, (at, row) => {
      open[at] = gains[at] * counts[row]
    })
    return Array.from(largestGains(open, count))
  }

  /** Every pair with a gain that nobody has decided on: its place in the table, and its row. */
  #visitUnknown(labelId: number | undefined, visit: (at: number, row: number) => void): void {
    const { gains, labelIds } = this.#gains
    const { states, columns: width } = this.#matrix
    const rows = this.#stateRows.length
    const pairs = Array.from(labelIds, (id, column) => ({ id, base: column * rows, in: this.#matrix.columnOf(id) }))
    const wanted = pairs.filter((pair) => pair.in >= 0 && (labelId === undefined || pair.id === labelId))
    for (let from = 0; from < rows; from += block) {
      const to = Math.min(rows, from + block)
      for (const pair of wanted) {
        for (let row = from; row < to; row++) {
          const stateRow = this.#stateRows[row]
          // NaN compares false: the model says nothing.
          if (stateRow < 0 || !(gains[pair.base + row] > 0)) continue
          if (states[stateRow * width + pair.in] === State.unknown) visit(pair.base + row, row)
        }
      }
    }
  }
}
