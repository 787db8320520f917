import type { Logits } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import { logistic } from './logistic.ts'

/**
 * What the other labels of an image say about a label (METHOD 4, intra), on top of what its pixels say: for label c
 *
 *     z_c = (1 + a_c) s_c + b_c + Σ_k R[c,k] (y_k - p_k) [k known] + Σ_k E[c,k] e_k,    k ≠ c
 *
 * with s the image's own log odds, p = σ(s), y_k 1 or 0 where known, and e_k = y_k where known, p_k where not. The surprise
 * y_k - p_k is what knowing a label adds to what the pixels told already; e_k is what goes together. It answers at once when a
 * label is marked: nothing is trained again.
 */
export interface Conditional {
  /** S: the labels that speak, as columns. */
  speakers: readonly number[]
  /** R and E of each label, [C, 2S]; 0 where a label would speak about itself. */
  weights: Float32Array
  /** a, [C] */
  scale: Float32Array
  /** b, [C] */
  shift: Float32Array
}

/**
 * z of every label of one image.
 * @param own s, [C]
 * @param states y, [C]: 1, -1, 0, as they are now
 * @param into [C]
 */
export function conditionalLogOdds(
  { speakers, weights, scale, shift }: Conditional,
  own: Logits,
  states: Int8Array,
  into: Logits = new Float32Array(own.length),
): Logits {
  const size = 2 * speakers.length
  const evidence = new Float32Array(size)
  writeEvidence(own, states, speakers, evidence, 0)
  for (let label = 0; label < own.length; label++) {
    let z = (1 + scale[label]) * own[label] + shift[label]
    for (let i = 0; i < size; i++) z += weights[label * size + i] * evidence[i]
    into[label] = z
  }
  return into
}

/** z of all images, N×C. */
export function conditionalLogOddsOfAll(conditional: Conditional, own: Logits, states: Int8Array): Logits {
  const labels = conditional.scale.length
  const result = new Float32Array(own.length)
  for (let at = 0; at < own.length; at += labels) {
    const to = at + labels
    conditionalLogOdds(conditional, own.subarray(at, to), states.subarray(at, to), result.subarray(at, to))
  }
  return result
}

/** y_k - p_k where known, else 0; then e_k; for each speaker. */
export function writeEvidence(
  own: Logits,
  states: Int8Array,
  speakers: readonly number[],
  into: Float32Array,
  at: number,
): void {
  speakers.forEach((label, i) => {
    const p = logistic(own[label])
    const y = states[label] === State.present ? 1 : 0
    const isKnown = states[label] !== State.unknown
    into[at + i] = isKnown ? y - p : 0
    into[at + speakers.length + i] = isKnown ? y : p
  })
}
