import type { LabelMatrix } from '../domain/labelMatrix.ts'
import type { Probabilities } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'

/**
 * Where people tick what they see and rarely deny what they don't, more of a label's known entries are present than of the
 * unknown ones, and probabilities that are calibrated on known entries are too high for the others (METHOD 3, 6). What present
 * and absent entries look like is taken to be the same among both; only the share π of present differs. The unknown entries' own
 * share is the one that makes their scores most probable (Saerens, Latinne and Decaestecker, 2002):
 *
 *     L(π) = Σ log(π/π₀ p + (1 - π)/(1 - π₀) (1 - p)),   p of unknown entries, π₀ the share of present among known ones
 *
 * which is concave in π. All log odds of the label then move by logit(π) - logit(π₀).
 */
export interface PriorShift {
  /** logit(π) - logit(π₀) */
  shift: number
  /** Its standard error; infinite where nothing can be said. */
  error: number
}

/** What small errors of calibration do to a shift, besides chance. In log odds, as all of these. */
const ofCalibration = 0.5
/**
 * Where so few are known on one side, they do three times as much: such probabilities are drawn to what all labels share, and
 * tell present from absent less clearly than the scores could.
 */
const fewKnown = 20
/** How much one label's shift differs from another's, where people have one habit for all. */
const amongLabels = 1
/** Shifts that are smaller, or less than so many times their error, are left alone. */
const least = { shift: 0.7, errors: 3 }

/** @param probabilities of present, of the unknown entries, calibrated on the known ones */
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
  // Less than half an entry can't be told from none.
  let low = Math.min(known, 0.5 / n)
  let high = Math.max(known, 1 - 0.5 / n)
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (slopes(middle).first > 0) low = middle
    else high = middle
  }
  const share = (low + high) / 2
  // The error of logit(π) by the curvature of L, that of logit(π₀) by the counts.
  const ofUnknown = 1 / (-slopes(share).second * (share * (1 - share)) ** 2)
  const ofScores = ofCalibration ** 2 * (1 + (8 * fewKnown ** 2) / Math.min(present, absent) ** 2)
  return { shift: logit(share) - logit(known), error: Math.sqrt(ofUnknown + 1 / present + 1 / absent + ofScores) }
}

/**
 * What to add to the log odds of each label. Where the labels together say that the unknown entries are of another share, it is
 * a habit of whoever marked them, and each label is drawn to what all have in common; else only labels count for which it is
 * certain by themselves. 0 for the others.
 */
export function priorShifts(estimates: readonly PriorShift[]): number[] {
  const precisions = estimates.map(({ error }) => 1 / error ** 2)
  const precision = precisions.reduce((sum, one) => sum + one, 0)
  const common = estimates.reduce((sum, { shift }, i) => sum + shift * precisions[i], 0) / precision
  const isCertain = (shift: number, by: number): boolean =>
    Math.abs(shift) >= least.shift && Math.abs(shift) * Math.sqrt(by) >= least.errors
  if (!isCertain(common, precision)) {
    return estimates.map(({ shift }, i) => (isCertain(shift, precisions[i]) ? shift : 0))
  }
  const ofHabit = 1 / amongLabels ** 2
  return estimates.map(({ shift }, i) => (shift * precisions[i] + common * ofHabit) / (precisions[i] + ofHabit))
}

/**
 * The same, estimated from a whole matrix: `priorShifts` of each label's estimate.
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
