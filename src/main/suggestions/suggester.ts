import type { Logits, Probabilities } from '../domain/quantities.ts'
import { applyBlend, type Blend, fitBlend } from './blend.ts'
import { type Conditional, conditionalLogOddsOfAll } from './conditional.ts'
import { type ConditionalOptions, fitConditional } from './conditionalFit.ts'
import { logistic } from './logistic.ts'
import { priorShiftsOf } from './priorShift.ts'

/** From scores to suggestions (METHOD 4): the blend of all that the pixels say, then what the image's other labels say. */
export interface Suggester {
  blend: Blend
  conditional: Conditional
}

/** Log odds by name, row-major N×C each; those of a known entry by models that never saw it. */
export type Sources = Record<string, Logits>

/**
 * Fits both on the known entries, or on those of them that count.
 * @param states y, row-major N×C: 1, -1, 0
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

/** Calibrated probability of present for every entry, given what is known of each image now: N×C. */
export function suggestionProbabilities(
  { blend, conditional }: Suggester,
  sources: Sources,
  states: Int8Array,
): Probabilities {
  return conditionalLogOddsOfAll(conditional, applyBlend(blend, sources), states).map(logistic)
}

/**
 * The suggester for entries that are unknown, of which another share may be present than of the known ones it was fitted on
 * (`priorShifts`).
 */
export function forUnknown(suggester: Suggester, sources: Sources, states: Int8Array): Suggester {
  const { blend, conditional } = suggester
  const labels = conditional.shift.length
  const probabilities = suggestionProbabilities(suggester, sources, states)
  const shifts = priorShiftsOf(probabilities, { states, labels })
  return { blend, conditional: { ...conditional, shift: conditional.shift.map((b, label) => b + shifts[label]) } }
}

/**
 * The same where a known entry must not have shaped its own probability: each fold by a fit without it. So the held-out
 * figures are of decisions that nothing has seen, and a known label that looks wrong can be told.
 * @param fold of each known entry, N×C
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
