import type { ImageId, LabelId } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import { type Gains, largestGains } from '../suggestions/gains.ts'
import { PairTable, type States } from './pairTable.ts'

/**
 * What would be most useful to know next: the expected gains of the last training, for the pairs that are still unknown. Valid until
 * the matrix changes.
 */
export class Usefulness {
  readonly #pairs: PairTable

  constructor({ imageIds, labelIds, gains }: Gains, matrix: States) {
    this.#pairs = new PairTable({ imageIds, labelIds, values: gains }, matrix)
  }

  /** The sum of each image's gains, by image id. @param labelId default: all labels */
  ofImages(labelId?: LabelId): (imageId: ImageId) => number {
    const { values: gains, imageIds } = this.#pairs
    const sums = new Float32Array(imageIds.length)
    this.#visitUnknown(labelId, (at, row) => {
      sums[row] += gains[at]
    })
    return (id) => sums[this.#pairs.rowOf(id)] ?? 0
  }

  /** The indices, in the table, of the pairs with the largest gains, largest first. @param passes which images count */
  pairs(count: number, passes: (imageId: ImageId) => boolean): number[] {
    const { values: gains, imageIds } = this.#pairs
    const open = new Float32Array(gains.length)
    const counts = imageIds.map((id) => (passes(id) ? 1 : 0))
    this.#visitUnknown(undefined, (at, row) => {
      open[at] = gains[at] * counts[row]
    })
    return Array.from(largestGains(open, count))
  }

  /** Visits every undecided pair with a gain: its index in the table, and its row. */
  #visitUnknown(labelId: LabelId | undefined, visit: (at: number, row: number) => void): void {
    const { values: gains, stateRows } = this.#pairs
    this.#pairs.inBlocks(this.#pairs.columns(labelId), ({ start, stateColumn }, from, to, states, width) => {
      for (let row = from; row < to; row++) {
        const stateRow = stateRows[row]
        // NaN compares false: the model says nothing.
        if (stateRow < 0 || !(gains[start + row] > 0)) continue
        if (states[stateRow * width + stateColumn] === State.unknown) visit(start + row, row)
      }
    })
  }
}
