import { type Known, State, targetOf } from '../domain/state.ts'
import type { Conditional } from './conditional.ts'
import { logistic } from './logistic.ts'
import type { BlendedEntry } from './suggesterFile.ts'

/** Why a label has its probability in an image: contributions in log odds that add up to z (see `Conditional`). */
export interface Reasons {
  /** z */
  logOdds: number
  /** The same for every image: (1 + a) times the blend's constant, plus b. */
  base: number
  /** The contribution of each blended source: (1 + a) w s. */
  sources: { name: string; logOdds: number }[]
  /** The contribution of each other known label of the image, R (y - p) + E y; strongest first, without zeros. */
  known: { column: number; state: Known; logOdds: number }[]
  /** The contribution of all other unknown labels, by their own probabilities: Σ E p. */
  seen: number
}

/**
 * The contributions to one entry (METHOD 4: baseline, SST, cross and intra).
 * @param own s of the image's labels, [C]
 * @param states y of the image's labels as currently known, [C]
 * @param column the label's
 */
export function reasonsOf(
  { names, logOdds: sourceOdds, weights: blendWeights }: BlendedEntry,
  { predictors, weights, scale, shift }: Conditional,
  own: Float32Array,
  states: Int8Array,
  column: number,
): Reasons {
  const stretch = 1 + scale[column]
  const sources = names.map((name, i) => ({ name, logOdds: stretch * blendWeights[i] * sourceOdds[i] }))
  const base = stretch * blendWeights[names.length] + shift[column]
  const known: Reasons['known'] = []
  let seen = 0
  const offset = 2 * predictors.length * column
  predictors.forEach((predictor, i) => {
    const p = logistic(own[predictor])
    const [surprise, expected] = [weights[offset + i], weights[offset + predictors.length + i]]
    const state = states[predictor]
    if (state === State.unknown) {
      seen += expected * p
      return
    }
    const y = targetOf(state)
    const logOdds = surprise * (y - p) + expected * y
    if (logOdds !== 0)
      known.push({ column: predictor, state: state === State.present ? State.present : State.absent, logOdds })
  })
  known.sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
  const total = (shares: readonly { logOdds: number }[]): number => shares.reduce((sum, one) => sum + one.logOdds, 0)
  return { logOdds: base + total(sources) + total(known) + seen, base, sources, known, seen }
}
