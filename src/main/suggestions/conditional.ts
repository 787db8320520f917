import type { Logits } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import { logistic } from './logistic.ts'

/**
 * What an image's other labels say about a label, beyond its pixels (METHOD 4, intra). For label c:
 *
 *     z_c = (1 + a_c) s_c + b_c + Σ_k R[c,k] (y_k - p_k) [k known] + Σ_k E[c,k] e_k,    k ≠ c
 *
 * s are the log odds from the pixels, p = σ(s), y_k is 1 or 0 if known, and e_k is y_k if known and p_k otherwise. The surprise
 * y_k - p_k is what knowing a label adds to the pixels; e_k captures which labels occur together. When a label is marked, z can
 * be updated at once, without any training.
 */
export interface Conditional {
  /** The columns of the labels that others are predicted from, [S] */
  predictors: readonly number[]
  /** R and E of each label, [C, 2S]; 0 where a label would predict itself. */
  weights: Float32Array
  /** a, [C] */
  scale: Float32Array
  /** b, [C] */
  shift: Float32Array
}

/**
 * z for all labels of one image.
 * @param own s, [C]
 * @param states y, [C]: 1, -1, 0, as currently known
 * @param into receives z, [C]
 */
export function conditionalLogOdds(
  { predictors, weights, scale, shift }: Conditional,
  own: Logits,
  states: Int8Array,
  into: Logits = new Float32Array(own.length),
): Logits {
  const size = 2 * predictors.length
  const evidence = new Float32Array(size)
  writeEvidence(own, states, predictors, evidence, 0)
  for (let label = 0; label < own.length; label++) {
    let z = (1 + scale[label]) * own[label] + shift[label]
    for (let i = 0; i < size; i++) z += weights[label * size + i] * evidence[i]
    into[label] = z
  }
  return into
}

/** z for all images, N×C. */
export function conditionalLogOddsOfAll(conditional: Conditional, own: Logits, states: Int8Array): Logits {
  const labels = conditional.scale.length
  const result = new Float32Array(own.length)
  for (let at = 0; at < own.length; at += labels) {
    const to = at + labels
    conditionalLogOdds(conditional, own.subarray(at, to), states.subarray(at, to), result.subarray(at, to))
  }
  return result
}

/** Writes y_k - p_k (0 if unknown) for each predictor, then e_k for each, [2S] from `at`. */
export function writeEvidence(
  own: Logits,
  states: Int8Array,
  predictors: readonly number[],
  into: Float32Array,
  at: number,
): void {
  predictors.forEach((label, i) => {
    const p = logistic(own[label])
    const y = states[label] === State.present ? 1 : 0
    const isKnown = states[label] !== State.unknown
    into[at + i] = isKnown ? y - p : 0
    into[at + predictors.length + i] = isKnown ? y : p
  })
}
