import type { Connection } from './database.ts'
import type { Edit, EditOptions } from './edit.ts'
import { StateMatrix } from './stateMatrix.ts'
import type { KnownState, ProjectChange, StateChange } from './types.ts'
import { sourceOf } from './writer.ts'

export type StateRow = readonly [
  imageId: number,
  labelId: number,
  state: 1 | -1,
  source: number,
  decidedAt: number,
  modelId: number | null,
  score: number | null,
  annotator: string | null,
]

/** What is known of which label in which image. */
export class StatesTable {
  readonly #db: Connection
  readonly #edit: <T>(options: EditOptions, work: (edit: Edit) => T) => T
  #matrix: StateMatrix | undefined
  #loading: Promise<StateMatrix> | undefined

  constructor(db: Connection, edit: <T>(options: EditOptions, work: (edit: Edit) => T) => T) {
    this.#db = db
    this.#edit = edit
  }

  /** The known states of one image, of labels that are not removed, in the order of the labels. */
  ofImage(imageId: number): KnownState[] {
    return this.#db
      .tuples<StateRow>(
        `SELECT image_id, label_id, state, source, decided_at, model_id, score, annotator
         FROM label_state JOIN label ON label.id = label_id
         WHERE image_id = ? AND removed = 0 ORDER BY position, label_id`,
        imageId,
      )
      .map(knownStateOf)
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

  /** All states in memory. Read at the first call, in slices; after that it follows every change. */
  matrix(): Promise<StateMatrix> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  /** The matrix, if it has been read. */
  get loadedMatrix(): StateMatrix | undefined {
    return this.#matrix?.isLoaded ? this.#matrix : undefined
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

  /** To be told after each commit. */
  follow(change: ProjectChange): void {
    if (change.kind === 'states') this.#matrix?.statesChanged(change.delta)
    if (change.kind === 'labels') this.#matrix?.labelsMayHaveChanged()
    if (change.kind === 'images') this.#matrix?.imagesMayHaveChanged()
  }
}

export function knownStateOf(row: StateRow): KnownState {
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
