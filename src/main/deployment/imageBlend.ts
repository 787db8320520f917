import { State } from '../domain/state.ts'
import { applyBlend, fitBlend } from '../suggestions/blend.ts'
import { type ReliabilityBin, Tally } from '../suggestions/curves.ts'
import { logistic } from '../suggestions/logistic.ts'
import { priorShiftsOf } from '../suggestions/priorShift.ts'
import type { Sources } from '../suggestions/suggester.ts'
import { dealFolds } from '../training/heads/folds.ts'
import { heldOutMetrics, type LabelMetrics, type Metrics, minKnown } from '../training/measure/heldOut.ts'

/** The sources that need only an image's pixels. Other programs have neither similar images nor the image's other labels. */
export const imageSources = ['linear', 'map', 'sst'] as const

/** Turns the logits of these sources into calibrated probabilities. */
export interface ImageBlend {
  /** Weights of the sources, in the order of `imageSources`, and a constant, for each label: [C][P + 1]. */
  weights: number[][]
  /** The part of the constant that accounts for a different share of present among unknown entries, [C] */
  shifts: number[]
}

/** How good a blend is on known labels that neither it nor the networks have seen. */
export interface BlendQuality {
  metrics: Metrics
  labels: LabelMetrics[]
  reliability: ReliabilityBin[]
  /** The threshold with the highest F1 for each label, as a probability of the exported model, [C] */
  thresholds: number[]
  /** Cross-fitted probabilities of known entries, and those of the full fit, before the shift, of the others, N×C. */
  probabilities: Float32Array
}

/** Labels with fewer known positives or negatives keep the threshold of one half, as any other would be down to chance. */
const minForThreshold = 10

/**
 * A blend (METHOD 4) of only the sources that need an image's pixels, fitted anew on the known labels, so that the weights make up
 * for the missing sources instead of just leaving them out. The scores of known entries must come from models that never saw them.
 * As in the program, each label's constant is shifted if the share of present differs among unknown entries (`priorShifts`).
 * @param sources log odds by name, N×C each
 * @param states y, row-major N×C
 */
export function fitImageBlend(sources: Sources, states: Int8Array, labels: number): ImageBlend {
  const own = ownOf(sources)
  const blend = fitBlend(own, states, labels)
  const probabilities = applyBlend(blend, own).map(logistic)
  const shifts = priorShiftsOf(probabilities, { states, labels })
  const weights = blend.weights.map((of, label) => of.map((w, i) => (i === of.length - 1 ? w + shifts[label] : w)))
  return { weights, shifts }
}

/** z of every entry, N×C: the logits of the exported model. */
export function imageLogOdds({ weights }: Pick<ImageBlend, 'weights'>, sources: Sources): Float32Array {
  return applyBlend({ sources: imageSources, weights, shared: [] }, sources)
}

/**
 * Measures such a blend: each fold of the known labels with a fit without it.
 * @param shifts of the exported blend, by which thresholds are shifted too
 */
export function blendQuality(
  sources: Sources,
  states: Int8Array,
  names: readonly string[],
  shifts: readonly number[],
  { folds, seed }: { folds: number; seed: number },
): BlendQuality {
  const own = ownOf(sources)
  const labels = names.length
  const fold = dealFolds(states, labels, folds, seed)
  const probabilities = applyBlend(fitBlend(own, states, labels), own).map(logistic)
  for (let k = 0; k < folds; k++) {
    const without = states.map((state, at) => (fold[at] === k ? 0 : state))
    const held = applyBlend(fitBlend(own, without, labels), own)
    fold.forEach((f, at) => {
      if (f === k) probabilities[at] = logistic(held[at])
    })
  }
  const all = new Tally()
  const thresholds = names.map((_, label) => {
    const tally = new Tally()
    for (let at = label; at < states.length; at += labels) {
      if (states[at] === State.unknown) continue
      tally.add(probabilities[at], states[at])
      all.add(probabilities[at], states[at])
    }
    return moved(bestThreshold(tally), shifts[label])
  })
  const held = heldOutMetrics({ linear: own.linear, sst: own.sst, blend: probabilities }, states, names)
  return { ...held, reliability: all.reliability(), thresholds, probabilities }
}

function ownOf(sources: Sources): Sources {
  return Object.fromEntries(imageSources.map((name) => [name, sources[name]]))
}

/** The threshold with the highest F1; if several are equal, the middle one. */
function bestThreshold(tally: Tally): number {
  const least = Math.max(minKnown, minForThreshold)
  if (tally.present < least || tally.absent < least) return 0.5
  const { precision, recall } = tally.thresholds()
  let best = 0
  let at: number[] = []
  for (let step = 1; step < precision.length - 1; step++) {
    const f1 = (2 * precision[step] * recall[step]) / (precision[step] + recall[step])
    if (!(f1 >= best)) continue
    if (f1 > best) at = []
    best = f1
    at.push(step)
  }
  return at.length === 0 ? 0.5 : at[Math.floor(at.length / 2)] / (precision.length - 1)
}

function moved(threshold: number, shift: number): number {
  return shift === 0 ? threshold : logistic(Math.log(threshold / (1 - threshold)) + shift)
}
