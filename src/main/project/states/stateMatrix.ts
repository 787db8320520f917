import { setImmediate } from 'node:timers/promises'
import type { StateDelta } from '../../domain/change.ts'
import type { ProjectMatrix } from '../../domain/labelMatrix.ts'
import type { ImageId, LabelId } from '../../domain/quantities.ts'
import { State } from '../../domain/state.ts'
import type { ReadableDatabase } from '../database.ts'

/** A copy of all states, for training. */
export interface MatrixSnapshot {
  /** N×C, row-major, of `State`. */
  states: Int8Array
  /** By row, ascending. */
  imageIds: Int32Array
  /** By column, ascending. */
  labelIds: Int32Array
}

/** Target length of a slice of loading in milliseconds; the event loop never waits much longer. */
const aim = 5

/**
 * All states in memory: N images × C labels (without removed ones), as a row-major Int8Array. It follows every committed change. Rows
 * and columns are ordered by id, so the order never changes: new images and labels come last.
 */
export class StateMatrix implements ProjectMatrix {
  readonly #db: ReadableDatabase
  #states = new Int8Array(0)
  #imageIds = new Int32Array(0)
  #rowOfImage = new Int32Array(0)
  #rows = 0
  #labelIds = new Int32Array(0)
  #columnOfLabel = new Int32Array(0)
  /** Images up to this id have been read. Changes of later ones can be ignored: they are still to be read. */
  #readUpTo = 0
  #loaded = false

  constructor(db: ReadableDatabase) {
    this.#db = db
  }

  /** Whether every image has been read. */
  get isLoaded(): boolean {
    return this.#loaded
  }

  get rows(): number {
    return this.#rows
  }

  get columns(): number {
    return this.#labelIds.length
  }

  /** By row. Valid until the next change. */
  get imageIds(): Int32Array {
    return this.#imageIds.subarray(0, this.#rows)
  }

  /** By column. Valid until the next change. */
  get labelIds(): Int32Array {
    return this.#labelIds
  }

  /** N×C, row-major. A view, valid until the next change. */
  get states(): Int8Array {
    return this.#states.subarray(0, this.#rows * this.columns)
  }

  /** −1 if there is no such image. */
  rowOf(imageId: ImageId): number {
    return (this.#rowOfImage[imageId] ?? 0) - 1
  }

  /** −1 if there is no such label. */
  columnOf(labelId: LabelId): number {
    return (this.#columnOfLabel[labelId] ?? 0) - 1
  }

  get(imageId: ImageId, labelId: LabelId): State {
    const [row, column] = [this.rowOf(imageId), this.columnOf(labelId)]
    return row < 0 || column < 0 ? State.unknown : (this.#states[row * this.columns + column] as State)
  }

  snapshot(): MatrixSnapshot {
    return { states: this.states.slice(), imageIds: this.imageIds.slice(), labelIds: this.labelIds.slice() }
  }

  /** Reads everything, in slices. Changes may be made meanwhile, as long as `statesChanged` is told of them. */
  async load(): Promise<void> {
    this.#labelIds = this.#livingLabelIds()
    this.#columnOfLabel = placesOf(this.#labelIds)
    this.#reserve(this.#db.value<number>('SELECT count(*) FROM image')!)
    for (let size = 64; ; ) {
      const started = performance.now()
      if (!this.#readSlice(size)) break
      const took = performance.now() - started
      if (took < aim / 2) size = Math.min(size * 2, 65536)
      else if (took > aim * 1.5) size = Math.max(1, size >> 1)
      await setImmediate()
    }
    this.#loaded = true
  }

  /** To be called after the commit. */
  statesChanged({ length, imageIds, labelIds, states }: StateDelta): void {
    for (let i = 0; i < length; i++) {
      if (imageIds[i] > this.#readUpTo) continue
      const [row, column] = [this.rowOf(imageIds[i]), this.columnOf(labelIds[i])]
      if (row >= 0 && column >= 0) this.#states[row * this.columns + column] = states[i]
    }
  }

  /** To be called after the commit: labels may have been added, removed or restored. */
  labelsMayHaveChanged(): void {
    const ids = this.#livingLabelIds()
    if (ids.length === this.columns && ids.every((id, column) => id === this.#labelIds[column])) return
    this.#takeColumns(ids)
  }

  /** To be called after the commit. */
  imagesMayHaveChanged(): void {
    if (this.#loaded) while (this.#readSlice(4096));
  }

  #livingLabelIds(): Int32Array<ArrayBuffer> {
    return Int32Array.from(this.#db.column<number>('SELECT id FROM label WHERE removed = 0 ORDER BY id'))
  }

  /** Reads the next images with their states. False when there are no more. */
  #readSlice(size: number): boolean {
    // SQLite hands over one string per image instead of one row per state: four times as fast.
    const images = this.#db.tuples<[imageId: number, states: string | null]>(
      `SELECT image.id, (SELECT group_concat(label_id * state) FROM label_state WHERE image_id = image.id)
       FROM image WHERE image.id > ? ORDER BY image.id LIMIT ?`,
      this.#readUpTo,
      size,
    )
    if (images.length === 0) return false
    const columns = this.columns
    this.#reserve(this.#rows + images.length)
    for (const [imageId, states] of images) {
      this.#imageIds[this.#rows] = imageId
      this.#rowOfImage = withPlace(this.#rowOfImage, imageId, this.#rows + 1)
      if (states !== null) this.#readRow(states, this.#rows * columns)
      this.#rows++
    }
    this.#readUpTo = images.at(-1)![0]
    return true
  }

  /** @param text comma-separated label ids, negated if absent: '3,-4,12' */
  #readRow(text: string, offset: number): void {
    let id = 0
    let state: State = State.present
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : 44
      if (code === 45) state = State.absent
      else if (code !== 44) id = id * 10 + code - 48
      else {
        const column = this.columnOf(id)
        if (column >= 0) this.#states[offset + column] = state
        id = 0
        state = State.present
      }
    }
  }

  #reserve(rows: number): void {
    const columns = this.columns
    if (this.#imageIds.length < rows) {
      const ids = new Int32Array(Math.max(rows, Math.ceil(this.#imageIds.length * 1.5)))
      ids.set(this.imageIds)
      this.#imageIds = ids
    }
    if (this.#rows === 0) {
      this.#states = new Int8Array(this.#imageIds.length * columns)
    } else if (this.#states.length < this.#imageIds.length * columns) {
      const states = new Int8Array(this.#imageIds.length * columns)
      states.set(this.states)
      this.#states = states
    }
  }

  /** Keeps the columns that stay, and reads new ones. */
  #takeColumns(ids: Int32Array<ArrayBuffer>): void {
    const [from, old, oldColumns] = [this.#columnOfLabel, this.#states, this.columns]
    const columns = ids.length
    const states = new Int8Array(this.#imageIds.length * columns)
    const added: number[] = []
    for (const [column, id] of ids.entries()) {
      const oldColumn = (from[id] ?? 0) - 1
      if (oldColumn < 0) added.push(id)
      else for (let row = 0; row < this.#rows; row++) states[row * columns + column] = old[row * oldColumns + oldColumn]
    }
    this.#states = states
    this.#labelIds = ids
    this.#columnOfLabel = placesOf(ids)
    for (const labelId of added) {
      const column = this.columnOf(labelId)
      for (const [imageId, state] of this.#db.tuples<[number, number]>(
        'SELECT image_id, state FROM label_state WHERE label_id = ? AND image_id <= ?',
        labelId,
        this.#readUpTo,
      )) {
        states[this.rowOf(imageId) * columns + column] = state
      }
    }
  }
}

/** Place + 1 by id; 0 for none. */
function placesOf(ids: Int32Array): Int32Array<ArrayBuffer> {
  const places = new Int32Array((ids.at(-1) ?? 0) + 1)
  for (const [place, id] of ids.entries()) places[id] = place + 1
  return places
}

function withPlace(places: Int32Array<ArrayBuffer>, id: number, place: number): Int32Array<ArrayBuffer> {
  let grown = places
  if (id >= places.length) {
    grown = new Int32Array(Math.max(id + 1, Math.ceil(places.length * 1.5)))
    grown.set(places)
  }
  grown[id] = place
  return grown
}
