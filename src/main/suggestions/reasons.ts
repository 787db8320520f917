import { type Known, State, targetOf } from '../domain/state.ts'
import type { Conditional } from './conditional.ts'
import { logistic } from './logistic.ts'
import type { BlendedEntry } from './suggesterFile.ts'

/** Why a label of an image is as probable as it is: shares in log odds, which add up to z (see `Conditional`). */
export interface Reasons {
  /** z */
  logOdds: number
  /** What holds for every image: (1 + a) times the blend's constant, and b. */
  base: number
  /** Of each source that was blended: (1 + a) w s. */
  sources: { name: string; logOdds: number }[]
  /** Of each other label that is known of the image: R (y - p) + E y; the strongest first, those of 0 left out. */
  known: { column: number; state: Known; logOdds: number }[]
  /** Of all other labels that are not known, as far as they can be seen: Σ E p. */
  seen: number
}

/**
 * The shares of one entry (METHOD 4: baseline, SST, cross and intra).
 * @param own s of the image's labels, [C]
 * @param states y of the image's labels as they are now, [C]
 * @param column of the label
 */
export function reasonsOf(
  { names, logOdds: sourceOdds, weights: blendWeights }: BlendedEntry,
  { speakers, weights, scale, shift }: Conditional,
  own: Float32Array,
  states: Int8Array,
  column: number,
): Reasons {
  const stretch = 1 + scale[column]
  const sources = names.map((name, i) => ({ name, logOdds: stretch * blendWeights[i] * sourceOdds[i] }))
  const base = stretch * blendWeights[names.length] + shift[column]
  const known: Reasons['known'] = []
  let seen = 0
  const offset = 2 * speakers.length * column
  speakers.forEach((speaker, i) => {
    const p = logistic(own[speaker])
    const [surprise, expected] = [weights[offset + i], weights[offset + speakers.length + i]]
    const state = states[speaker]
    if (state === State.unknown) {
      seen += expected * p
      return
    }
    const y = targetOf(state)
    const logOdds = surprise * (y - p) + expected * y
    if (logOdds !== 0)
      known.push({ column: speaker, state: state === State.present ? State.present : State.absent, logOdds })
  })
  known.sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
  const total = (shares: readonly { logOdds: number }[]): number => shares.reduce((sum, one) => sum + one.logOdds, 0)
  return { logOdds: base + total(sources) + total(known) + seen, base, sources, known, seen }
}
