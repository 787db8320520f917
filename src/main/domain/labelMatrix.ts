import type { ImageId, LabelId } from './quantities.ts'
import { State } from './state.ts'

/** The states of N images × C labels. */
export interface LabelMatrix {
  /** Row-major N×C, of `State`. */
  states: Int8Array
  /** C */
  labels: number
}

/** The states of a whole project, by image and label id. It follows every change, so what is read is valid until the next await. */
export interface ProjectMatrix {
  /** N×C, row-major, of `State`. */
  readonly states: Int8Array
  readonly rows: number
  readonly columns: number
  /** By row, ascending. */
  readonly imageIds: Int32Array
  /** By column, ascending. */
  readonly labelIds: Int32Array
  /** −1 if there is no such image. */
  rowOf(imageId: ImageId): number
  /** −1 if there is no such label. */
  columnOf(labelId: LabelId): number
  /** Unknown if there is no such image or label. */
  get(imageId: ImageId, labelId: LabelId): State
}

/** Whether any label of this image is known. */
export function hasKnown({ states, labels }: LabelMatrix, row: number): boolean {
  const end = (row + 1) * labels
  for (let at = row * labels; at < end; at++) if (states[at] !== State.unknown) return true
  return false
}

/** The images with at least one known label, ascending. */
export function rowsWithKnown(matrix: LabelMatrix): Int32Array<ArrayBuffer> {
  const rows = matrix.labels > 0 ? matrix.states.length / matrix.labels : 0
  const found = new Int32Array(rows)
  let count = 0
  for (let row = 0; row < rows; row++) if (hasKnown(matrix, row)) found[count++] = row
  return found.slice(0, count)
}

/** The indices of a label's known entries among the N×C, ascending. */
export function knownEntries({ states, labels }: LabelMatrix, label: number): number[] {
  const entries: number[] = []
  for (let at = label; at < states.length; at += labels) if (states[at] !== State.unknown) entries.push(at)
  return entries
}

/** How many entries are known, over all labels. */
export function countKnown(states: Int8Array): number {
  let count = 0
  for (let at = 0; at < states.length; at++) if (states[at] !== State.unknown) count++
  return count
}

/** The numbers of images in which each label is known to be present, and absent, [C] each. */
export function countsByLabel({ states, labels }: LabelMatrix): { present: Int32Array; absent: Int32Array } {
  const counts = { present: new Int32Array(labels), absent: new Int32Array(labels) }
  for (let start = 0; start < states.length; start += labels) {
    for (let label = 0; label < labels; label++) {
      const state = states[start + label]
      if (state === State.present) counts.present[label]++
      else if (state === State.absent) counts.absent[label]++
    }
  }
  return counts
}

/** A copy of the given rows of a row-major matrix, in the given order. @param width the length of a row */
export function takeRows<T extends Float32Array | Int8Array | Uint8Array | Int32Array>(
  matrix: T,
  width: number,
  rows: ArrayLike<number>,
): T {
  const taken = matrix.slice(0, rows.length * width) as T
  for (let i = 0; i < rows.length; i++) taken.set(matrix.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
  return taken
}

/** A copy of the given columns, in the given order. */
export function takeColumns({ states, labels }: LabelMatrix, columns: readonly number[]): LabelMatrix {
  const taken = new Int8Array((labels > 0 ? states.length / labels : 0) * columns.length)
  let next = 0
  for (let start = 0; start < states.length; start += labels) {
    for (const column of columns) taken[next++] = states[start + column]
  }
  return { states: taken, labels: columns.length }
}
