import type { Logits, Probabilities } from '../domain/quantities.ts'
import { applyBlend, type Blend, fitBlend } from './blend.ts'
import { type Conditional, conditionalLogOddsOfAll } from './conditional.ts'
import { type ConditionalOptions, fitConditional } from './conditionalFit.ts'
import { logistic } from './logistic.ts'
import { priorShiftsOf } from './priorShift.ts'

/** From scores to suggestions (METHOD 4): blends the sources that look at pixels, then adds what the image's other labels say. */
export interface Suggester {
  blend: Blend
  conditional: Conditional
}

/** Log odds by source, row-major N×C each; those of known entries from models that never saw them. */
export type Sources = Record<string, Logits>

/**
 * Fits the blend, then the conditional, on known entries.
 * @param states y, row-major N×C: 1, -1, 0
 * @param counts selects the known entries to fit to
 * @throws the signal's reason when cancelled
 */
export async function fitSuggester(
  sources: Sources,
  states: Int8Array,
  labels: number,
  options: ConditionalOptions,
  counts: (at: number) => boolean = () => true,
): Promise<Suggester> {
  const blend = fitBlend(
    sources,
    states.map((state, at) => (counts(at) ? state : 0)),
    labels,
  )
  const conditional = await fitConditional(applyBlend(blend, sources), states, labels, options, counts)
  return { blend, conditional }
}

/** The calibrated probability of present for every entry, given the other labels of its image: N×C. */
export function suggestionProbabilities(
  { blend, conditional }: Suggester,
  sources: Sources,
  states: Int8Array,
): Probabilities {
  return conditionalLogOddsOfAll(conditional, applyBlend(blend, sources), states).map(logistic)
}

/**
 * Adapts a suggester to unknown entries, among which the share of present may differ from that among the known ones it was fitted
 * on (`priorShifts`).
 */
export function forUnknown(suggester: Suggester, sources: Sources, states: Int8Array): Suggester {
  const { blend, conditional } = suggester
  const labels = conditional.shift.length
  const probabilities = suggestionProbabilities(suggester, sources, states)
  const shifts = priorShiftsOf(probabilities, { states, labels })
  return { blend, conditional: { ...conditional, shift: conditional.shift.map((b, label) => b + shifts[label]) } }
}

/**
 * Like `suggestionProbabilities`, but each fold is scored by a fit without it. So no known entry has influenced its own
 * probability, which makes metrics valid and lets wrong labels stand out.
 * @param fold of each known entry, N×C
 * @throws the signal's reason when cancelled
 */
export async function crossFittedProbabilities(
  sources: Sources,
  states: Int8Array,
  labels: number,
  fold: Uint8Array,
  folds: number,
  options: ConditionalOptions,
): Promise<Probabilities> {
  const result = new Float32Array(states.length)
  for (let k = 0; k < folds; k++) {
    const fitted = await fitSuggester(sources, states, labels, options, (at) => fold[at] !== k)
    const probabilities = suggestionProbabilities(fitted, sources, states)
    fold.forEach((f, at) => {
      if (f === k) result[at] = probabilities[at]
    })
  }
  return result
}
