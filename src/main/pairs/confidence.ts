import type { ImageId, LabelId } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import type { PairColumn, PairTable } from './pairTable.ts'

/** The value to maximise, from a confidence of 0.5 … 1: base + slope × confidence. */
interface Weight {
  base: number
  slope: number
}
const confidence: Weight = { base: 0, slope: 1 }
const uncertainty: Weight = { base: 1.5, slope: -1 }

/**
 * The confidence of each image's most confident undecided suggestion: 0.5 … 1, or 0 if there is none. For all labels together it is cached
 * and follows every mark; for one label, computing it is fast enough.
 */
export class Confidence {
  readonly #pairs: PairTable
  #overall: Float32Array | undefined
  #uncertainties: Float32Array | undefined

  /** @param pairs with probabilities */
  constructor(pairs: PairTable) {
    this.#pairs = pairs
  }

  /** By row of the table. @param labelId default: all labels */
  of(labelId?: LabelId): Float32Array {
    if (labelId !== undefined) return this.#look(this.#pairs.columns(labelId), confidence)
    this.#overall ??= this.#look(this.#pairs.columns(), confidence)
    return this.#overall
  }

  /**
   * How close the least certain undecided label comes to 50 %: 0.5 for certain … 1 for 50 %, or 0 if there is none. By row of the
   * table. @param labelId default: all labels
   */
  uncertainties(labelId?: LabelId): Float32Array {
    if (labelId !== undefined) return this.#look(this.#pairs.columns(labelId), uncertainty)
    this.#uncertainties ??= this.#look(this.#pairs.columns(), uncertainty)
    return this.#uncertainties
  }

  /** Looks up an image in such confidences; 0 if it has no scores. */
  at(confidences: Float32Array, imageId: ImageId): number {
    const row = this.#pairs.rowOf(imageId)
    return row < 0 ? 0 : confidences[row]
  }

  /** To be called after the matrix and the table have followed the change. */
  imagesChanged(imageIds: Iterable<ImageId>): void {
    const columns = this.#pairs.columns()
    for (const imageId of imageIds) {
      const row = this.#pairs.rowOf(imageId)
      if (row < 0) continue
      for (const [values, weight] of [
        [this.#overall, confidence] as const,
        [this.#uncertainties, uncertainty] as const,
      ]) {
        if (!values) continue
        values[row] = 0
        this.#look(columns, weight, values, row, row + 1)
      }
    }
  }

  /** Drops the cache: labels may have been added or removed, or much has changed. */
  forget(): void {
    this.#overall = undefined
    this.#uncertainties = undefined
  }

  /** Raises what is in `result`, from row `first` to `end`. */
  #look(
    columns: readonly PairColumn[],
    weight: Weight,
    result: Float32Array = new Float32Array(this.#pairs.imageIds.length),
    first = 0,
    end = result.length,
  ): Float32Array {
    const { values, stateRows } = this.#pairs
    this.#pairs.inBlocks(
      columns,
      (column, from, to, states, width) => raise(result, values, stateRows, column, from, to, states, width, weight),
      first,
      end,
    )
    return result
  }
}

/** The innermost loop, over tens of millions of pairs. As a closure it would take a third longer. */
function raise(
  result: Float32Array,
  values: Float32Array,
  stateRows: Int32Array,
  { start, stateColumn }: PairColumn,
  from: number,
  to: number,
  states: Int8Array,
  width: number,
  { base, slope }: Weight,
): void {
  for (let row = from; row < to; row++) {
    const p = values[start + row]
    const value = base + slope * (p >= 0.5 ? p : 1 - p)
    // NaN compares false: the model says nothing.
    if (!(value > result[row])) continue
    const stateRow = stateRows[row]
    if (stateRow >= 0 && states[stateRow * width + stateColumn] === State.unknown) result[row] = value
  }
}
