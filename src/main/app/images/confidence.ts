import { State } from '../../domain/state.ts'
import type { StateMatrix } from '../../project/states/stateMatrix.ts'
import type { ScoreTable } from '../../suggestions/scores.ts'

/** Rows looked at together: the states are row-major and the scores column-major, and a block of both fits the processor's cache. */
const block = 256

/** What is looked for, of a confidence of 0.5 … 1: base + slope × confidence. */
interface Weight {
  base: number
  slope: number
}
const confidence: Weight = { base: 0, slope: 1 }
const uncertainty: Weight = { base: 1.5, slope: -1 }

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
  #uncertainties: Float32Array | undefined

  constructor(table: ScoreTable, matrix: StateMatrix) {
    this.#table = table
    this.#matrix = matrix
    this.#stateRows = Int32Array.from(table.imageIds, (id) => matrix.rowOf(id))
    this.#rowOfImage = new Int32Array((table.imageIds.at(-1) ?? 0) + 1)
    for (const [row, id] of table.imageIds.entries()) this.#rowOfImage[id] = row + 1
  }

  /** By row of the score table. @param labelId without it, of all labels */
  of(labelId?: number): Float32Array {
    if (labelId !== undefined) return this.#look(this.#columnsOf(labelId), confidence)
    this.#overall ??= this.#look(this.#livingColumns(), confidence)
    return this.#overall
  }

  /**
   * How near the undecided label that is nearest to 50 % comes to it: 0.5 for certain … 1 for 50 %, 0 if there is none. By row of
   * the score table. @param labelId without it, of all labels
   */
  uncertainties(labelId?: number): Float32Array {
    if (labelId !== undefined) return this.#look(this.#columnsOf(labelId), uncertainty)
    this.#uncertainties ??= this.#look(this.#livingColumns(), uncertainty)
    return this.#uncertainties
  }

  /** In these confidences, that of an image; 0 for one without scores. */
  at(confidences: Float32Array, imageId: number): number {
    const row = this.#rowOfImage[imageId] ?? 0
    return row === 0 ? 0 : confidences[row - 1]
  }

  /** To be told after the matrix and the table have followed the change. */
  imagesChanged(imageIds: Iterable<number>): void {
    const columns = this.#livingColumns()
    for (const imageId of imageIds) {
      const row = (this.#rowOfImage[imageId] ?? 0) - 1
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

  /** Labels may have come or gone, or much has changed: all of it is looked at anew when next asked for. */
  forget(): void {
    this.#overall = undefined
    this.#uncertainties = undefined
  }

  /** Columns of the labels that the model scores and that are not removed. */
  #livingColumns(): number[] {
    const { labelIds } = this.#table
    return Array.from(labelIds.keys()).filter((column) => this.#matrix.columnOf(labelIds[column]) >= 0)
  }

  /** The column of one label, if it is one of them. */
  #columnsOf(labelId: number): number[] {
    const column = this.#table.columnOf(labelId)
    return column < 0 || this.#matrix.columnOf(labelId) < 0 ? [] : [column]
  }

  /** Raises what is in `result`, from row `first` to `end`. */
  #look(
    columns: readonly number[],
    { base: least, slope }: Weight,
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
          const value = least + slope * (p >= 0.5 ? p : 1 - p)
          // NaN compares false: the model says nothing.
          if (!(value > result[row])) continue
          const stateRow = this.#stateRows[row]
          if (stateRow >= 0 && states[stateRow * width + stateColumn] === State.unknown) result[row] = value
        }
      }
    }
    return result
  }
}
