import type { DecisionColumns, KnownState } from '../domain/decision.ts'
import { sideOf } from '../domain/state.ts'
import { isFromNames } from '../suggestions/fromNames.ts'
import { confidenceOf, likelyFrom, suggestionOf } from '../suggestions/scores.ts'
import type { CurrentScores, Suggestion } from './suggestions.ts'

/**
 * Likely mistakes: known labels that the current model contradicts. The probability of a known label comes from models that never
 * saw it (`crossFittedProbabilities`) or were trained before it was known, so a mistake can't vouch for itself. A label that somebody
 * decided while seeing this model's suggestion is settled, and isn't listed again.
 */

/**
 * How strongly the model contradicts the likeliest mistake of each image: 0 … 1; 0 where nothing is known or scored.
 * @param label default: all labels
 */
export function mistakesOfImages(
  decisions: DecisionColumns,
  { table, model }: CurrentScores,
  label?: number,
): (imageId: number) => number {
  // Scores from names alone are too weak to contradict anybody.
  if (isFromNames(model)) return () => 0
  const { imageIds, labelIds, probabilities } = table
  const living = decisions.livingLabels()
  const columns = new Int32Array(living.length).fill(-1)
  for (const [column, id] of labelIds.entries()) {
    if (living[id] === 1 && (label === undefined || id === label)) columns[id] = column
  }
  const isSettled = Uint8Array.from(decisions.origins, ({ modelId }) => (modelId === model.id ? 1 : 0))
  const { starts, ends, signedLabels, originAt } = decisions
  const mistakes = new Float32Array(starts.length)
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
    if (imageId < mistakes.length) mistakes[imageId] = most
  }
  return (imageId) => mistakes[imageId] ?? 0
}

/** The likely mistakes of an image, likeliest first. */
export function mistakesOf(
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
      if (suggestion === sideOf(state)) return []
      return [{ labelId, probability, suggestion, likely: confidenceOf(probability) >= likelyFrom }]
    })
    .sort((a, b) => confidenceOf(b.probability) - confidenceOf(a.probability))
}
