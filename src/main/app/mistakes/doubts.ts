import type { Suggestion } from '../../../contract/schemas.ts'
import type { Decisions } from '../../project/states/decisions.ts'
import type { KnownState } from '../../project/types.ts'
import { confidenceOf, likelyFrom, suggestionOf } from '../../suggestions/scores.ts'
import { isFromNames } from '../suggestions/fromNames.ts'
import type { CurrentScores } from '../suggestions/suggestions.ts'

/**
 * Known labels that the current model speaks against: likely mistakes. Its probability of a known label is of models that never
 * saw that label (`crossFittedProbabilities`), or that were trained before it was known, so that no mistake defends itself.
 * Whoever accepted or rejected what this very model says of a label has decided it knowing that: it is no doubt any more.
 */

/**
 * How strongly the model speaks against the most doubtful label of each image: 0 … 1, 0 where nothing is known or scored.
 * @param label without it, of all labels
 */
export function doubtsOfImages(
  decisions: Decisions,
  { table, model }: CurrentScores,
  label?: number,
): (imageId: number) => number {
  // Nobody is doubted by the look of a name.
  if (isFromNames(model)) return () => 0
  const { imageIds, labelIds, probabilities } = table
  const living = decisions.livingLabels()
  const columns = new Int32Array(living.length).fill(-1)
  for (const [column, id] of labelIds.entries()) {
    if (living[id] === 1 && (label === undefined || id === label)) columns[id] = column
  }
  const isSettled = Uint8Array.from(decisions.origins, ({ modelId }) => (modelId === model.id ? 1 : 0))
  const { starts, ends, signedLabels, originAt } = decisions
  const doubts = new Float32Array(starts.length)
  const rows = imageIds.length
  for (let row = 0; row < rows; row++) {
    const imageId = imageIds[row]
    const end = ends[imageId] ?? 0
    let most = 0
    for (let at = starts[imageId] ?? 0; at < end; at++) {
      const signed = signedLabels[at]
      const column = columns[signed < 0 ? -signed : signed]
      if (column < 0 || isSettled[originAt[at]] === 1) continue
      const p = probabilities[column * rows + row]
      const against = signed > 0 ? 1 - p : p
      // NaN compares false: the model says nothing.
      if (against > most) most = against
    }
    if (imageId < doubts.length) doubts[imageId] = most
  }
  return (imageId) => doubts[imageId] ?? 0
}

/** Those of one image of which the model suggests the opposite, the strongest doubt first. */
export function doubtsOf(
  { table, model }: CurrentScores,
  imageId: number,
  states: readonly KnownState[],
): Suggestion[] {
  if (isFromNames(model)) return []
  const row = table.rowOf(imageId)
  return states
    .flatMap(({ labelId, state, modelId }) => {
      const probability = table.at(row, table.columnOf(labelId))
      if (Number.isNaN(probability) || modelId === model.id) return []
      const suggestion = suggestionOf(probability)
      if ((suggestion === 'present') === (state === 1)) return []
      return [{ labelId, probability, suggestion, likely: confidenceOf(probability) >= likelyFrom }]
    })
    .sort((a, b) => confidenceOf(b.probability) - confidenceOf(a.probability))
}
