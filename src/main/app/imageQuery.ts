import type { ImageFilter, ImageSort } from '../../preload/schemas.ts'
import type { LabelCondition } from '../project/imageFilter.ts'
import type { StateMatrix } from '../project/stateMatrix.ts'
import { confidentFrom, type ScoreTable } from '../suggestions/scores.ts'
import type { Workspace } from './workspace.ts'

/**
 * The ids of all images that pass, in order. What the file knows, SQLite filters and sorts; what a model says of undecided
 * labels is looked up in the score table and the state matrix, both in memory.
 */
export async function queryImages(
  { project, suggestions }: Workspace,
  filter: ImageFilter,
  sort: ImageSort,
): Promise<Int32Array> {
  const { suggested, labels = [], ...rest } = filter
  const inFile = labels.filter((one): one is LabelCondition => one.is !== 'suggested')
  const suggestedLabels = labels.filter(({ is }) => is === 'suggested').map(({ labelId }) => labelId)
  const wanted = suggested === true || suggestedLabels.length > 0
  const byConfidence = sort.by === 'confidence'

  const ids = () =>
    project.images.ids(
      { ...rest, labels: inFile },
      sort.by === 'confidence' ? { by: 'path' } : { ...sort, by: sort.by },
    )
  if (!wanted && !byConfidence && suggested === undefined) return ids()
  const scores = await suggestions.current()
  if (!scores) return wanted ? new Int32Array(0) : ids()
  const matrix = await project.states.matrix()

  let found = ids()
  const { table } = scores
  const overall = (): Float32Array => surest(table, matrix, livingColumns(table, matrix))
  const ofLabel = (labelId: number): Float32Array => {
    const column = table.columnOf(labelId)
    return surest(table, matrix, column < 0 || matrix.columnOf(labelId) < 0 ? [] : [column])
  }
  const confidenceIn = (confidences: Float32Array, id: number) => confidences[table.rowOf(id)] ?? 0

  for (const labelId of suggestedLabels) {
    const confidences = ofLabel(labelId)
    found = found.filter((id) => confidenceIn(confidences, id) >= confidentFrom)
  }
  if (suggested !== undefined) {
    const confidences = overall()
    found = found.filter((id) => confidenceIn(confidences, id) >= confidentFrom === suggested)
  }
  if (byConfidence) {
    const named = labels[0]?.labelId
    found = sortByConfidence(found, named === undefined ? overall() : ofLabel(named), table, sort.descending ?? true)
  }
  return found
}

/** Labels that the model scores and that are not removed. */
function livingColumns(table: ScoreTable, matrix: StateMatrix): number[] {
  return Array.from(table.labelIds.keys()).filter((column) => matrix.columnOf(table.labelIds[column]) >= 0)
}

/** Rows looked at together: the states are row-major and the scores column-major, and a block of both fits the processor's cache. */
const block = 256

/**
 * Of each row of the score table, how sure the surest undecided suggestion is: 0.5 … 1, 0 if there is none.
 * @param columns of the score table
 */
function surest(table: ScoreTable, matrix: StateMatrix, columns: readonly number[]): Float32Array {
  const rows = table.imageIds.length
  const { states, columns: width } = matrix
  const result = new Float32Array(rows)
  const stateRows = Int32Array.from(table.imageIds, (id) => matrix.rowOf(id))
  const pairs = columns.map((column) => ({ column, stateColumn: matrix.columnOf(table.labelIds[column]) }))
  for (let from = 0; from < rows; from += block) {
    const to = Math.min(rows, from + block)
    for (const { column, stateColumn } of pairs) {
      const base = column * rows
      for (let row = from; row < to; row++) {
        const p = table.probabilities[base + row]
        const confidence = p >= 0.5 ? p : 1 - p
        // NaN compares false: the model says nothing.
        if (!(confidence > result[row])) continue
        const stateRow = stateRows[row]
        if (stateRow >= 0 && states[stateRow * width + stateColumn] === 0) result[row] = confidence
      }
    }
  }
  return result
}

/** The surest first; equally sure ones stay in the order they came in. */
function sortByConfidence(
  ids: Int32Array,
  confidences: Float32Array,
  table: ScoreTable,
  surestFirst: boolean,
): Int32Array {
  const keys = Float32Array.from(ids, (id) => confidences[table.rowOf(id)] ?? 0)
  const order = Uint32Array.from(ids.keys())
  order.sort(surestFirst ? (a, b) => keys[b] - keys[a] || a - b : (a, b) => keys[a] - keys[b] || a - b)
  return Int32Array.from(order, (place) => ids[place])
}
