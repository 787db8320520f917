import type { StateMatrix } from '../project/stateMatrix.ts'
import type { ScoreTable } from '../suggestions/scores.ts'

/** Rows looked at together: the states are row-major and the scores column-major, and a block of both fits the processor's cache. */
const block = 256
/**
 * How sure the surest undecided suggestion of each image is: 0.5 … 1, 0 if there is none. For all labels together it is kept,
 * and follows every mark; for one label it is quickly found.
 */
export class Confidence {
  readonly #table: ScoreTable
  readonly #matrix: StateMatrix
  /** Place + 1 in the score table, by image id. */
  readonly #rowOfImage: Int32Array
  /** Of each row of the score table, its row in the matrix. */
  readonly #stateRows: Int32Array
  #overall: Float32Array | undefined

  constructor(table: ScoreTable, matrix: StateMatrix) {
    this.#table = table
    this.#matrix = matrix
    this.#stateRows = Int32Array.from(table.imageIds, (id) => matrix.rowOf(id))
    this.#rowOfImage = new Int32Array((table.imageIds.at(-1) ?? 0) + 1)
    for (const [row, id] of table.imageIds.entries()) this.#rowOfImage[id] = row + 1
  }

  /** By row of the score table. @param labelId without it, of all labels */
  of(labelId?: number): Float32Array {
    if (labelId === undefined) {
      this.#overall ??= this.#look(this.#livingColumns())
      return this.#overall
    }
    const column = this.#table.columnOf(labelId)
    return this.#look(column < 0 || this.#matrix.columnOf(labelId) < 0 ? [] : [column])
  }

  /** In these confidences, that of an image; 0 for one without scores. */
  at(confidences: Float32Array, imageId: number): number {
    const row = this.#rowOfImage[imageId] ?? 0
    return row === 0 ? 0 : confidences[row - 1]
  }

  /** To be told after the matrix and the table have followed the change. */
  imagesChanged(imageIds: Iterable<number>): void {
    if (!this.#overall) return
    const columns = this.#livingColumns()
    for (const imageId of imageIds) {
      const row = (this.#rowOfImage[imageId] ?? 0) - 1
      if (row < 0) continue
      this.#overall[row] = 0
      this.#look(columns, this.#overall, row, row + 1)
    }
  }

  /** Labels may have come or gone, or much has changed: all of it is looked at anew when next asked for. */
  forget(): void {
    this.#overall = undefined
  }

  /** Columns of the labels that the model scores and that are not removed. */
  #livingColumns(): number[] {
    const { labelIds } = this.#table
    return Array.from(labelIds.keys()).filter((column) => this.#matrix.columnOf(labelIds[column]) >= 0)
  }

  /** Raises what is in `result`, from row `first` to `end`. */
  #look(
    columns: readonly number[],
    result: Float32Array = new Float32Array(this.#stateRows.length),
    first = 0,
    end = result.length,
  ): Float32Array {
    const { probabilities, labelIds } = this.#table
    const { states, columns: width } = this.#matrix
    const rows = this.#stateRows.length
    const pairs = columns.map((column) => ({
      base: column * rows,
      stateColumn: this.#matrix.columnOf(labelIds[column]),
    }))
    for (let from = first; from < end; from += block) {
      const to = Math.min(end, from + block)
      for (const { base, stateColumn } of pairs) {
        for (let row = from; row < to; row++) {
          const p = probabilities[base + row]
          const confidence = p >= 0.5 ? p : 1 - p
          // NaN compares false: the model says nothing.
          if (!(confidence > result[row])) continue
          const stateRow = this.#stateRows[row]
          if (stateRow >= 0 && states[stateRow * width + stateColumn] === 0) result[row] = confidence
        }
      }
    }
    return result
  }
}
