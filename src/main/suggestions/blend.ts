import { knownEntries } from '../domain/labelMatrix.ts'
import type { Logits } from '../domain/quantities.ts'
import { targetOf } from '../domain/state.ts'
import { fitLogistic } from './logistic.ts'

/**
 * The blend (METHOD 4): for each label a logistic regression on the sources' log odds, fitted on held-out labels. One fit does
 * three things: it weighs the sources per label, it calibrates (Platt scaling, a·s + b, is the case of a single source), and for
 * labels with few known entries it falls back on the fit shared by all.
 */
export interface Blend {
  sources: readonly string[]
  /** Weights of the sources and a constant, for each label: [C][P + 1]. */
  weights: number[][]
  /** The fit over all labels together, [P + 1]. */
  shared: number[]
}

/** The precision of a label's prior around the shared fit: roughly how many known entries the shared fit counts as. */
const priorPrecision = 20
/** The precision of the shared fit's own prior: equal weights that sum to 1.5, since the sources largely agree. */
const sharedPrecision = 30
const sharedEntries = 200_000

/**
 * Fits the blend on the known entries.
 * @param sources log odds by name, N×C each; those of known entries from models that never saw them
 * @param states y, row-major N×C: 1, -1, 0
 */
export function fitBlend(sources: Record<string, Logits>, states: Int8Array, labels: number): Blend {
  const names = Object.keys(sources)
  const columns = Object.values(sources)
  const size = names.length + 1
  const known = Array.from({ length: labels }, (_, label) => knownEntries({ states, labels }, label))
  const weigh = (entries: readonly number[], prior: Float64Array, precision: number): Float64Array => {
    const inputs = new Float64Array(entries.length * size)
    entries.forEach((at, row) => {
      columns.forEach((column, i) => {
        inputs[row * size + i] = column[at]
      })
      inputs[row * size + names.length] = 1
    })
    const targets = Uint8Array.from(entries, (at) => targetOf(states[at]))
    return fitLogistic({ inputs, targets, prior, precision: new Float64Array(size).fill(precision) })
  }
  const every = known.flat()
  const stride = Math.ceil(every.length / sharedEntries)
  const equal = Float64Array.from({ length: size }, (_, i) => (i < names.length ? 1.5 / names.length : 0))
  const shared = weigh(
    every.filter((_, i) => i % stride === 0),
    equal,
    sharedPrecision,
  )
  const weights = known.map((entries) => Array.from(weigh(entries, shared, priorPrecision)))
  return { sources: names, weights, shared: Array.from(shared) }
}

/** Calibrated log odds of all entries, N×C. */
export function applyBlend(blend: Blend, sources: Record<string, Logits>): Logits {
  const columns = blend.sources.map((name) => sources[name])
  const labels = blend.weights.length
  return Float32Array.from(columns[0], (_, at) => {
    const weights = blend.weights[at % labels]
    let z = weights[columns.length]
    columns.forEach((column, i) => {
      z += weights[i] * column[at]
    })
    return z
  })
}
