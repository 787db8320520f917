import { setImmediate } from 'node:timers/promises'
import type { ProjectChange } from '../../domain/change.ts'
import type { KnownState } from '../../domain/decision.ts'
import type { ProjectMatrix } from '../../domain/labelMatrix.ts'
import type { Known } from '../../domain/state.ts'
import type { ReadableDatabase } from '../database.ts'
import { projectDamaged } from '../errors.ts'
import type { Edit, EditOptions } from '../labels/edit.ts'
import { unsoundColumn } from '../tables.ts'
import type { StateChange } from '../types.ts'
import { Decisions } from './decisions.ts'
import { StateMatrix } from './stateMatrix.ts'
import { sourceOf } from './writer.ts'

export type StateRow = readonly [
  imageId: number,
  labelId: number,
  state: Known,
  source: number,
  decidedAt: number,
  modelId: number | null,
  score: number | null,
  annotator: string | null,
]

/** Images per slice: a few milliseconds with a hundred known labels each. */
const imagesAtOnce = 500

/** The label states of all images. */
export class StatesTable {
  readonly #db: ReadableDatabase
  readonly #edit: <T>(options: EditOptions, work: (edit: Edit) => T) => T
  readonly #decisions: Decisions
  #matrix: StateMatrix | undefined
  #loading: Promise<StateMatrix> | undefined

  constructor(db: ReadableDatabase, edit: <T>(options: EditOptions, work: (edit: Edit) => T) => T) {
    this.#db = db
    this.#edit = edit
    this.#decisions = new Decisions(db)
  }

  /** The known states of an image, without removed labels, in label order. */
  ofImage(imageId: number): KnownState[] {
    return this.#db
      .tuples<StateRow>(
        `SELECT image_id, label_id, state, source, decided_at, model_id, score, annotator
         FROM label_state JOIN label ON label.id = label_id
         WHERE image_id = ? AND removed = 0 ORDER BY position, label_id`,
        imageId,
      )
      .map((row) => knownStateOf(row, this.#db.path))
  }

  /**
   * Sets or clears states: one action, one short transaction. For tens of thousands of changes, see `Project.editLarge`.
   * @returns how many changed something @throws UserError `label-removed`, and what `asProjectError` explains
   */
  set(changes: Iterable<StateChange>, options: EditOptions): number {
    return this.#edit(options, (edit) => {
      for (const change of changes) edit.setState(change)
      return edit.changedStates
    })
  }

  /**
   * The pairs that were decided by accepting or rejecting a suggestion. They are no evidence of how good suggestions are, since the
   * suggestion influenced them. Read in slices that let the event loop breathe.
   * @returns 1 for each such pair, laid out as the matrix
   */
  async decidedUponSuggestion(matrix: ProjectMatrix): Promise<Uint8Array> {
    const found = new Uint8Array(matrix.rows * matrix.columns)
    const [columns, imageIds] = [matrix.columns, matrix.imageIds.slice()]
    const places = Array.from({ length: (matrix.labelIds.at(-1) ?? 0) + 1 }, (_, id) => matrix.columnOf(id))
    for (let from = 0; from < imageIds.length; from += imagesAtOnce) {
      const last = Math.min(imageIds.length, from + imagesAtOnce) - 1
      for (const [imageId, labelIds] of this.#db.tuples<[imageId: number, labelIds: string]>(
        `SELECT image_id, group_concat(label_id) FROM label_state
         WHERE image_id BETWEEN ? AND ? AND (source = 2 OR model_id IS NOT NULL) GROUP BY image_id`,
        imageIds[from],
        imageIds[last],
      )) {
        const row = matrix.rowOf(imageId)
        for (const labelId of labelIds.split(',')) {
          const column = places[Number(labelId)] ?? -1
          if (column >= 0) found[row * columns + column] = 1
        }
      }
      await setImmediate()
    }
    return found
  }

  /** All states in memory. The first call reads them, in slices; from then on they follow every change. */
  matrix(): Promise<StateMatrix> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  /** The matrix, if it has been read already. */
  get loadedMatrix(): StateMatrix | undefined {
    return this.#matrix?.isLoaded ? this.#matrix : undefined
  }

  /** Who decided each of them, and when. The first call reads them, in slices. Use the result before the next await. */
  async decisions(): Promise<Decisions> {
    await this.#decisions.follow()
    return this.#decisions
  }

  async #load(): Promise<StateMatrix> {
    try {
      this.#matrix = new StateMatrix(this.#db)
      await this.#matrix.load()
      return this.#matrix
    } catch (error) {
      this.#matrix = undefined
      this.#loading = undefined
      throw error
    }
  }

  /** To be called after each commit. */
  follow(change: ProjectChange): void {
    if (change.kind === 'states') this.#matrix?.statesChanged(change.delta)
    if (change.kind === 'states') this.#decisions.statesChanged(change.delta)
    if (change.kind === 'labels') this.#matrix?.labelsMayHaveChanged()
    if (change.kind === 'images') this.#matrix?.imagesMayHaveChanged()
  }
}

/** @throws UserError `project-damaged` @param file the project file, for the error */
export function knownStateOf(row: StateRow, file: string): KnownState {
  const [imageId, labelId, state, source, decidedAt, , score, annotator] = row
  const column = unsoundColumn('label_state', { state, source, decided_at: decidedAt, score, annotator })
  if (column) throw projectDamaged(file, { where: `label_state of image ${imageId} and label ${labelId}: ${column}` })
  return {
    labelId: row[1],
    state: row[2],
    source: sourceOf(row[3]),
    decidedAt: row[4],
    modelId: row[5],
    score: row[6],
    annotator: row[7],
  }
}
