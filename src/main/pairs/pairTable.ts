import type { ProjectMatrix } from '../domain/labelMatrix.ts'
import type { ImageId, LabelId, Probabilities } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import { confidenceOf, likelyFrom } from '../suggestions/scores.ts'

/** A number for each pair of N images × C labels, computed by a training: probabilities, or gains. */
export interface PairValues {
  /** Ascending, [N] */
  imageIds: Int32Array
  /** [C] */
  labelIds: Int32Array
  /** Column-major N×C, label by label; NaN without a score. */
  values: Float32Array
}

export type States = Pick<ProjectMatrix, 'states' | 'columns' | 'rowOf' | 'columnOf'>

/** Rows processed together: states are row-major and values column-major, and a block of both fits the processor's cache. */
const block = 256

/** A label that both the matrix and the values have. */
export interface PairColumn {
  labelId: LabelId
  /** The index of its first value. */
  start: number
  /** Its column in the matrix. */
  stateColumn: number
}

/** The states and values of one label, by row. */
export interface LabelColumn {
  values: Float32Array
  /** The states of the whole matrix */
  states: Int8Array
  stateRows: Int32Array
  width: number
  stateColumn: number
}

/** The known pairs of a label with their values, and the values of the undecided ones. */
export interface LabelPairs {
  /** The table rows of the known pairs. */
  rows: Int32Array
  /** y of each: present or absent */
  states: Int8Array
  /** The probability of each */
  probabilities: Probabilities
  undecided: Probabilities
}

/**
 * The states of all pairs beside their values. Nothing is copied: it shows the current state of both, and is made once for a table of
 * values. Images and labels that the model has never seen have no row or column; neither do removed ones.
 */
export class PairTable {
  readonly imageIds: Int32Array
  readonly labelIds: Int32Array
  readonly values: Float32Array
  readonly #matrix: States
  /** The matrix row of each table row; -1 if the image no longer exists. */
  readonly stateRows: Int32Array
  /** Row + 1, by image id; 0 for images without values */
  readonly #rowOfImage: Int32Array

  constructor({ imageIds, labelIds, values }: PairValues, matrix: States) {
    this.imageIds = imageIds
    this.labelIds = labelIds
    this.values = values
    this.#matrix = matrix
    this.stateRows = imageIds.map((id) => matrix.rowOf(id))
    this.#rowOfImage = new Int32Array((imageIds.at(-1) ?? 0) + 1)
    for (const [row, id] of imageIds.entries()) this.#rowOfImage[id] = row + 1
  }

  /** -1 for an image without values. */
  rowOf(imageId: ImageId): number {
    return (this.#rowOfImage[imageId] ?? 0) - 1
  }

  /** Whether the table has values of this label. */
  knows(labelId: LabelId): boolean {
    return this.labelIds.includes(labelId)
  }

  /** A label's values by row; NaN for row -1, or if the table has no such label. */
  valuesOf(labelId: LabelId): (row: number) => number {
    const start = this.labelIds.indexOf(labelId) * this.imageIds.length
    return (row) => (row < 0 || start < 0 ? Number.NaN : this.values[start + row])
  }

  /** The labels that both the matrix and the values have. Valid until the next await. @param labelId only this label */
  columns(labelId?: LabelId): PairColumn[] {
    const rows = this.imageIds.length
    return Array.from(this.labelIds, (id, column) => ({
      labelId: id,
      start: column * rows,
      stateColumn: this.#matrix.columnOf(id),
    })).filter((one) => one.stateColumn >= 0 && (labelId === undefined || one.labelId === labelId))
  }

  /**
   * Visits pairs in a cache-friendly order: a block of rows of one column after the other. The state of a row is
   * `states[stateRows[row] * width + column.stateColumn]` where `stateRows[row]` isn't -1.
   */
  inBlocks(
    columns: readonly PairColumn[],
    visit: (column: PairColumn, from: number, end: number, states: Int8Array, width: number) => void,
    first = 0,
    end = this.imageIds.length,
  ): void {
    const { states, columns: width } = this.#matrix
    for (let from = first; from < end; from += block) {
      const to = Math.min(end, from + block)
      for (const column of columns) visit(column, from, to, states, width)
    }
  }

  /**
   * The states and values of one label; undefined unless both have it. Nothing is copied: valid until the next await.
   * @returns `values` by row; the state of a row is `states[stateRows[row] * width + stateColumn]` where `stateRows[row]` isn't -1
   */
  column(labelId: LabelId): LabelColumn | undefined {
    const [column] = this.columns(labelId)
    if (!column) return undefined
    const { stateRows } = this
    const { states, columns: width } = this.#matrix
    const values = this.values.subarray(column.start, column.start + stateRows.length)
    return { values, states, stateRows, width, stateColumn: column.stateColumn }
  }

  /** Empty unless both the matrix and the values have the label. Pairs without a score are left out. */
  ofLabel(labelId: LabelId): LabelPairs {
    const [column] = this.columns(labelId)
    const rows = column ? this.stateRows.length : 0
    const pairs = {
      rows: new Int32Array(rows),
      states: new Int8Array(rows),
      probabilities: new Float32Array(rows),
      undecided: new Float32Array(rows),
    }
    const { values, stateRows } = this
    const { states, columns: width } = this.#matrix
    let [known, undecided] = [0, 0]
    for (let row = 0; row < rows; row++) {
      const value = values[column.start + row]
      const stateRow = stateRows[row]
      if (stateRow < 0 || Number.isNaN(value)) continue
      const state = states[stateRow * width + column.stateColumn]
      if (state === State.unknown) pairs.undecided[undecided++] = value
      else {
        pairs.rows[known] = row
        pairs.states[known] = state
        pairs.probabilities[known++] = value
      }
    }
    return {
      rows: pairs.rows.subarray(0, known),
      states: pairs.states.subarray(0, known),
      probabilities: pairs.probabilities.subarray(0, known),
      undecided: pairs.undecided.subarray(0, undecided),
    }
  }

  /** How many likely suggestions of a label are undecided; undefined unless both the matrix and the values have it. */
  likelyOf(labelId: LabelId): { present: number; absent: number } | undefined {
    const [column] = this.columns(labelId)
    if (!column) return undefined
    const counts = { present: 0, absent: 0 }
    const { states, columns: width } = this.#matrix
    const { values, stateRows } = this
    for (let row = 0; row < stateRows.length; row++) {
      const p = values[column.start + row]
      // NaN compares false: the model says nothing.
      if (!(confidenceOf(p) >= likelyFrom) || stateRows[row] < 0) continue
      if (states[stateRows[row] * width + column.stateColumn] !== State.unknown) continue
      if (p >= 0.5) counts.present++
      else counts.absent++
    }
    return counts
  }

  /** The rows of a label's undecided pairs that are suggested as present, most probable first; ties in order of rows. */
  mostProbable(labelId: LabelId, count: number): number[] {
    const [column] = this.columns(labelId)
    if (!column) return []
    const { states, columns: width } = this.#matrix
    const { values, stateRows } = this
    const best: number[] = []
    const valueAt = (row: number): number => values[column.start + row]
    for (let row = 0; row < stateRows.length; row++) {
      const p = valueAt(row)
      const isAmong = best.length < count || p > valueAt(best[count - 1])
      if (!(p >= 0.5) || !isAmong || stateRows[row] < 0) continue
      if (states[stateRows[row] * width + column.stateColumn] !== State.unknown) continue
      const at = best.findIndex((one) => valueAt(one) < p)
      best.splice(at < 0 ? best.length : at, 0, row)
      best.length = Math.min(best.length, count)
    }
    return best
  }
}
