import { State } from '../domain/state.ts'
import type { Repairs } from './objective.ts'

/** The weight of the prior, a label's base rate, in images. */
const priorImages = 2

/**
 * A of the label graph, counted over known positives (METHOD 1): A[i,j] = N_ij / N_i, A[i,i] = 1.
 *
 * As published, an image where j is unknown counts against the pair, so if a share p of the labels is known, the off-diagonal
 * entries are p times too small. Repaired (METHOD 3, 2): N_ij / #(i known present, j known), shrunk towards j's base rate if that
 * is few images. A label without a known positive gets 0 off the diagonal (repair 3), or NaN as published.
 * @param states y, row-major N×C: 1, -1, 0
 * @returns [C, C] row-major
 */
export function labelAdjacency(
  states: Int8Array,
  labels: number,
  { conditionalAdjacency, definedMeans }: Pick<Repairs, 'conditionalAdjacency' | 'definedMeans'>,
): Float32Array {
  const present = new Float64Array(labels)
  const known = new Float64Array(labels)
  const bothPresent = new Float64Array(labels * labels)
  const presentAndKnown = new Float64Array(labels * labels)
  for (let start = 0; start < states.length; start += labels) {
    const row = states.subarray(start, start + labels)
    row.forEach((state, i) => {
      if (state !== State.unknown) known[i]++
      if (state !== State.present) return
      present[i]++
      for (let j = 0; j < labels; j++) {
        if (row[j] !== State.unknown) presentAndKnown[i * labels + j]++
        if (row[j] === State.present) bothPresent[i * labels + j]++
      }
    })
  }
  const adjacency = new Float32Array(labels * labels)
  for (let i = 0; i < labels; i++) {
    for (let j = 0; j < labels; j++) {
      const at = i * labels + j
      if (i === j) adjacency[at] = 1
      else if (present[i] === 0) adjacency[at] = definedMeans ? 0 : Number.NaN
      else if (!conditionalAdjacency) adjacency[at] = bothPresent[at] / present[i]
      else {
        const base = known[j] > 0 ? present[j] / known[j] : 0
        adjacency[at] = (bothPresent[at] + priorImages * base) / (presentAndKnown[at] + priorImages)
      }
    }
  }
  return adjacency
}
