import type { Probabilities } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import type { Conditional } from './conditional.ts'
import { confidenceOf, likelyFrom, suggestionOf } from './scores.ts'
import { labelRates, type Neighbours } from './vote.ts'

export interface AskInput {
  /** p, row-major N×C; NaN where there is no score. */
  probabilities: Probabilities
  /** y, row-major N×C: 1, -1, 0 */
  states: Int8Array
  labels: number
  /** Some of the nearest images of each of the N images, as indices among the N. */
  near: Neighbours
  conditional: Pick<Conditional, 'predictors' | 'weights'>
}

/**
 * What to ask next: orders (image, label) pairs by how much marking one of them is expected to gain.
 *
 *     gain[b,c] = uncertainty × rarity × transfer
 *     uncertainty = √(p (1 - p))
 *     rarity = √(p π_c^-¼), or √((1 - p) (1 - π_c)^-¼) if present is likely
 *     transfer = 1 + s Σ_n w[b,n] v[n,c] + s Σ_k |R[k,c] + E[k,c]| v[b,k],    s = 0.1
 *
 * p is the probability of present, and π_c the share of present among the label's known pairs. Rarity prefers pairs whose answer
 * is probably the scarce one, which is usually present. A likely suggestion of present, however, can be accepted without asking,
 * so for those only the opposite answer would be news. Transfer is what the answer says about other pairs (METHOD 4): of the same
 * label in similar images, weighted by similarity w (Σ w ≤ 1); and of other labels of the same image, where R and E are the weights
 * of the conditional. v = 4 p (1 - p) is how uncertain those pairs still are: 1 at p = ½, 0 if known.
 * @returns the gain of each unknown pair, row-major N×C, at least 0; NaN where the label is known or there is no score
 */
export function askGains({ probabilities, states, labels, near, conditional }: AskInput): Float32Array {
  const rates = labelRates(states, labels)
  const variance = Float32Array.from(probabilities, (p, at) => (isOpen(p, states[at]) ? 4 * p * (1 - p) : 0))
  const influence = influences(conditional, labels)
  const gains = new Float32Array(probabilities.length).fill(Number.NaN)
  const transfer = new Float64Array(labels)
  for (let row = 0; row * labels < gains.length; row++) {
    const start = row * labels
    transfer.fill(1)
    addSimilarImages(transfer, row, near, variance)
    addOtherLabels(transfer, conditional.predictors, influence, variance.subarray(start, start + labels))
    for (let label = 0; label < labels; label++) {
      const p = probabilities[start + label]
      if (!isOpen(p, states[start + label])) continue
      const isSuggested = confidenceOf(p) >= likelyFrom && suggestionOf(p) === 'present'
      const [chance, rate] = isSuggested ? [1 - p, 1 - rates[label]] : [p, rates[label]]
      const rarity = Math.sqrt(chance / rate ** 0.25)
      gains[start + label] = Math.sqrt(p * (1 - p)) * rarity * transfer[label]
    }
  }
  return gains
}

function isOpen(p: number, state: number): boolean {
  return state === State.unknown && !Number.isNaN(p)
}

/**
 * s: the weight of what the answer says about other pairs. It is small: at 0.5, and with a rarity of π^-½, the first thousand
 * questions on PASCAL VOC 2012 went to crowded, difficult photos, and fewer positives were known after them.
 */
const share = 0.1

/** Adds s Σ_n w[b,n] v[n,c], with w = cosine / Σ cosine over the near images of positive cosine. */
function addSimilarImages(transfer: Float64Array, row: number, near: Neighbours, variance: Float32Array): void {
  const labels = transfer.length
  let total = 0
  const weights = near.similarities.subarray(row * near.count, (row + 1) * near.count)
  const isOther = (n: number): boolean => near.places[row * near.count + n] !== row && weights[n] > 0
  for (let n = 0; n < near.count; n++) if (isOther(n)) total += weights[n]
  for (let n = 0; n < near.count; n++) {
    if (!isOther(n)) continue
    const start = near.places[row * near.count + n] * labels
    for (let label = 0; label < labels; label++)
      transfer[label] += share * (weights[n] / total) * variance[start + label]
  }
}

/** Adds s Σ_k |R[k,c] + E[k,c]| v[b,k] for each predictor c. @param influence [S, C] */
function addOtherLabels(
  transfer: Float64Array,
  predictors: readonly number[],
  influence: Float32Array,
  variance: Float32Array,
): void {
  const labels = variance.length
  predictors.forEach((predictor, i) => {
    let total = 0
    for (let label = 0; label < labels; label++) total += influence[i * labels + label] * variance[label]
    transfer[predictor] += share * total
  })
}

/** |R[k,c] + E[k,c]| for each predictor c and label k: how far the answer to c moves the log odds of k. [S, C] */
function influences({ predictors, weights }: AskInput['conditional'], labels: number): Float32Array {
  const size = 2 * predictors.length
  return Float32Array.from({ length: predictors.length * labels }, (_, at) => {
    const row = (at % labels) * size + Math.floor(at / labels)
    return Math.abs(weights[row] + weights[row + predictors.length])
  })
}
