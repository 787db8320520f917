import { UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import type { Model } from '../../project/models.ts'
import type { StateMatrix } from '../../project/states/stateMatrix.ts'
import { ScoreTable, scoresFile } from '../../suggestions/scores.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** Known pairs of one label with the model's probability of present, and the undecided ones. */
export interface LabelPairs {
  /** Rows of the score table, of the known pairs. */
  rows: Int32Array
  /** y of each: 1, -1 */
  states: Int8Array
  /** Of each. */
  probabilities: Float32Array
  undecided: Float32Array
}

/**
 * A model's probabilities beside what is known now. Those of known pairs are of parts that never saw them: pairs known at its
 * training are cross-fitted (`fineTune`), and those known since then it had never seen.
 */
export class HeldOutPairs {
  readonly model: Model
  readonly table: ScoreTable
  readonly #states: Int8Array
  readonly #width: number
  readonly #columnOf: ReadonlyMap<number, number>
  /** Of each row of the table, its row in the matrix. */
  readonly #stateRows: Int32Array

  constructor(model: Model, table: ScoreTable, matrix: StateMatrix) {
    this.model = model
    this.table = table
    // A label that comes or goes meanwhile makes other arrays: these stay one with another.
    this.#states = matrix.states
    this.#width = matrix.columns
    this.#columnOf = new Map(Array.from(matrix.labelIds, (id, column) => [id, column]))
    this.#stateRows = table.imageIds.map((id) => matrix.rowOf(id))
  }

  /** @throws UserError `model-unknown`, `model-unusable` */
  static async open(workspace: ReadableWorkspace, id: number): Promise<HeldOutPairs> {
    const { project, suggestions } = workspace
    const model = project.models.get(id)
    if (!model) {
      throw new UserError('model-unknown', `There is no model ${id} in this project.`, 'Choose one of the list.')
    }
    // What is shown of undecided pairs follows the marks, so what is counted of them does.
    const current = model.current ? await suggestions.current() : undefined
    if (current?.model.id === id) return new HeldOutPairs(model, current.table, await suggestions.followAll(current))
    const table = await ScoreTable.read(scoresFile(project.cacheFolder, model.uid))
    if (table) return new HeldOutPairs(model, table, await project.states.matrix())
    throw new UserError(
      'model-unusable',
      `The scores of model ${id} are lost, so nothing can be measured.`,
      'Choose another model, or train again.',
    )
  }

  /** Empty for a label that the model does not know. */
  ofLabel(labelId: number): LabelPairs {
    const [column, stateColumn] = [this.table.columnOf(labelId), this.#columnOf.get(labelId) ?? -1]
    const rows = this.table.imageIds.length
    if (column < 0 || stateColumn < 0) return pairsOf(0)
    const pairs = pairsOf(rows)
    let [known, undecided] = [0, 0]
    for (let row = 0; row < rows; row++) {
      const probability = this.table.probabilities[column * rows + row]
      const stateRow = this.#stateRows[row]
      if (stateRow < 0 || Number.isNaN(probability)) continue
      const state = this.#states[stateRow * this.#width + stateColumn]
      if (state === State.unknown) pairs.undecided[undecided++] = probability
      else {
        pairs.rows[known] = row
        pairs.states[known] = state
        pairs.probabilities[known++] = probability
      }
    }
    return {
      rows: pairs.rows.subarray(0, known),
      states: pairs.states.subarray(0, known),
      probabilities: pairs.probabilities.subarray(0, known),
      undecided: pairs.undecided.subarray(0, undecided),
    }
  }
}

function pairsOf(most: number): LabelPairs {
  return {
    rows: new Int32Array(most),
    states: new Int8Array(most),
    probabilities: new Float32Array(most),
    undecided: new Float32Array(most),
  }
}
