import type { Probabilities } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import type { Conditional } from './conditional.ts'
import { confidenceOf, likelyFrom, suggestionOf } from './scores.ts'
import { labelRates, type Neighbours } from './vote.ts'

export interface AskInput {
  /** p, row-major N×C; NaN where no model says anything. */
  probabilities: Probabilities
  /** y, row-major N×C: 1, -1, 0 */
  states: Int8Array
  labels: number
  /** Some of the nearest images of each of the N, by their places among the N. */
  near: Neighbours
  conditional: Pick<Conditional, 'speakers' | 'weights'>
}

/**
 * What to ask next: an order over (image, label) pairs by the expected gain of one action, the mark of one pair.
 *
 *     gain[b,c] = uncertainty × rarity × transfer
 *     uncertainty = √(p (1 - p))
 *     rarity = √(p π_c^-¼);  √((1 - p) (1 - π_c)^-¼) where present is suggested confidently
 *     transfer = 1 + s Σ_n w[b,n] v[n,c] + s Σ_k |R[k,c] + E[k,c]| v[b,k],    s = 0.1
 *
 * with p the probability of present and π_c the share of present among the known of the label. Uncertainty is how far the
 * answer lies from what is expected. Rarity is how likely the answer is the scarce one, present, and how scarce that is; a
 * confident suggestion of present is there to be accepted without asking, so that only its contrary would be news. Transfer is
 * what the answer tells besides (METHOD 4): of the same label in similar images, w their similarity, at most 1 in all; and of the
 * other labels in the same image, R and E the weights of the conditional. v = 4 p (1 - p) is what is left to tell of a pair: 1 at
 * p = ½, 0 of a known one.
 * @returns gain of each unknown pair, row-major N×C, from 0; NaN where the label is known or no model says anything
 */
export function askGains({ probabilities, states, labels, near, conditional }: AskInput): Float32Array {
  const rates = labelRates(states, labels)
  const untold = Float32Array.from(probabilities, (p, at) => (isOpen(p, states[at]) ? 4 * p * (1 - p) : 0))
  const influence = influences(conditional, labels)
  const gains = new Float32Array(probabilities.length).fill(Number.NaN)
  const transfer = new Float64Array(labels)
  for (let row = 0; row * labels < gains.length; row++) {
    const start = row * labels
    transfer.fill(1)
    addSimilarImages(transfer, row, near, untold)
    addOtherLabels(transfer, conditional.speakers, influence, untold.subarray(start, start + labels))
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
 * s: how much more the answer counts for telling as much of others. Little: at 0.5 and with a rarity of π^-½, the first thousand
 * questions about photos of PASCAL VOC 2012 went to crowded, difficult images, and fewer positives were known after them.
 */
const share = 0.1

/** s Σ_n w[b,n] v[n,c], w = cosine / Σ cosine over the near images that are not opposite. */
function addSimilarImages(transfer: Float64Array, row: number, near: Neighbours, untold: Float32Array): void {
  const labels = transfer.length
  let total = 0
  const weights = near.similarities.subarray(row * near.count, (row + 1) * near.count)
  const isOther = (n: number): boolean => near.places[row * near.count + n] !== row && weights[n] > 0
  for (let n = 0; n < near.count; n++) if (isOther(n)) total += weights[n]
  for (let n = 0; n < near.count; n++) {
    if (!isOther(n)) continue
    const start = near.places[row * near.count + n] * labels
    for (let label = 0; label < labels; label++) transfer[label] += share * (weights[n] / total) * untold[start + label]
  }
}

/** s Σ_k |R[k,c] + E[k,c]| v[b,k] of each speaker c. @param influence [S, C] */
function addOtherLabels(
  transfer: Float64Array,
  speakers: readonly number[],
  influence: Float32Array,
  untold: Float32Array,
): void {
  const labels = untold.length
  speakers.forEach((speaker, i) => {
    let told = 0
    for (let label = 0; label < labels; label++) told += influence[i * labels + label] * untold[label]
    transfer[speaker] += share * told
  })
}

/** |R[k,c] + E[k,c]| of each speaker c and label k: how far the answer c moves the log odds of k. [S, C] */
function influences({ speakers, weights }: AskInput['conditional'], labels: number): Float32Array {
  const size = 2 * speakers.length
  return Float32Array.from({ length: speakers.length * labels }, (_, at) => {
    const row = (at % labels) * size + Math.floor(at / labels)
    return Math.abs(weights[row] + weights[row + speakers.length])
  })
}
