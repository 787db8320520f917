import type { LabelMatrix } from '../domain/labelMatrix.ts'
import type { Probabilities } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'

/**
 * People who mark what they see, but rarely what is absent, leave a label with more positives among its known entries than among
 * the unknown ones. Probabilities calibrated on the known entries are then too high for the unknown ones (METHOD 3, 6). Assuming
 * that present and absent entries look the same in both, and only the share π of present differs, the share among unknown entries
 * is the one that maximises the likelihood of their scores (Saerens, Latinne and Decaestecker, 2002):
 *
 *     L(π) = Σ log(π/π₀ p + (1 - π)/(1 - π₀) (1 - p)),   p of unknown entries, π₀ the share of present among known ones
 *
 * which is concave in π. All of the label's log odds are then shifted by logit(π) - logit(π₀).
 */
export interface PriorShift {
  /** logit(π) - logit(π₀) */
  shift: number
  /** Its standard error; infinite if it can't be estimated. */
  error: number
}

/** The error of a shift that comes from imperfect calibration, in log odds like all of these. */
const calibrationError = 0.5
/**
 * With this few known positives or negatives, that error triples: such probabilities are shrunk towards what all labels share, and
 * separate present from absent less than the scores could.
 */
const fewKnown = 20
/** The standard deviation of shifts between labels that were marked with the same habit. */
const labelDeviation = 1
/** A shift is applied only if it is at least this large, and this many times its standard error. */
const minimum = { shift: 0.7, errors: 3 }

/**
 * Estimates a label's shift.
 * @param probabilities of present, for the unknown entries, calibrated on the known ones
 * @param present the number of known positives
 * @param absent the number of known negatives
 */
export function estimateShift(probabilities: ArrayLike<number>, present: number, absent: number): PriorShift {
  const n = probabilities.length
  if (n === 0 || present === 0 || absent === 0) return { shift: 0, error: Number.POSITIVE_INFINITY }
  const known = present / (present + absent)
  const slopes = (share: number): { first: number; second: number } => {
    let [first, second] = [0, 0]
    for (let i = 0; i < n; i++) {
      const ofPresent = probabilities[i] / known
      const ofAbsent = (1 - probabilities[i]) / (1 - known)
      const part = (ofPresent - ofAbsent) / (share * ofPresent + (1 - share) * ofAbsent)
      first += part
      second -= part * part
    }
    return { first, second }
  }
  // Less than half an entry can't be distinguished from none.
  let low = Math.min(known, 0.5 / n)
  let high = Math.max(known, 1 - 0.5 / n)
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (slopes(middle).first > 0) low = middle
    else high = middle
  }
  const share = (low + high) / 2
  // The variance of logit(π) comes from the curvature of L, that of logit(π₀) from the counts.
  const unknownVariance = 1 / (-slopes(share).second * (share * (1 - share)) ** 2)
  const scoreVariance = calibrationError ** 2 * (1 + (8 * fewKnown ** 2) / Math.min(present, absent) ** 2)
  const variance = unknownVariance + 1 / present + 1 / absent + scoreVariance
  return { shift: logit(share) - logit(known), error: Math.sqrt(variance) }
}

/**
 * What to add to each label's log odds. If all labels together show a significant shift, it is a habit of whoever marked them, and
 * each label's shift is shrunk towards the common one. Otherwise, only labels whose own shift is significant get one, the others 0.
 */
export function priorShifts(estimates: readonly PriorShift[]): number[] {
  const precisions = estimates.map(({ error }) => 1 / error ** 2)
  const precision = precisions.reduce((sum, one) => sum + one, 0)
  const common = estimates.reduce((sum, { shift }, i) => sum + shift * precisions[i], 0) / precision
  const isSignificant = (shift: number, precision: number): boolean =>
    Math.abs(shift) >= minimum.shift && Math.abs(shift) * Math.sqrt(precision) >= minimum.errors
  if (!isSignificant(common, precision)) {
    return estimates.map(({ shift }, i) => (isSignificant(shift, precisions[i]) ? shift : 0))
  }
  const habit = 1 / labelDeviation ** 2
  return estimates.map(({ shift }, i) => (shift * precisions[i] + common * habit) / (precisions[i] + habit))
}

/**
 * The `priorShifts` of all labels, estimated from a whole matrix.
 * @param probabilities of present of every entry, N×C, calibrated on the known ones
 * @returns [C]
 */
export function priorShiftsOf(probabilities: Probabilities, { states, labels }: LabelMatrix): number[] {
  const estimates = Array.from({ length: labels }, (_, label) => {
    const unknown: number[] = []
    let [present, absent] = [0, 0]
    for (let at = label; at < states.length; at += labels) {
      if (states[at] === State.present) present++
      else if (states[at] === State.absent) absent++
      else unknown.push(probabilities[at])
    }
    return estimateShift(unknown, present, absent)
  })
  return priorShifts(estimates)
}

const logit = (share: number): number => Math.log(share / (1 - share))
