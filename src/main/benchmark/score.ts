import { averagePrecision, calibrationError, meanOf, recallAtPrecision } from '../training/metrics.ts'

/** How well scores rank the pairs that were hidden. Fractions; NaN where nothing could be measured. */
export interface HiddenScore {
  /** Mean average precision over the labels with at least three hidden positives. */
  mAP: number
  /** Recall at 90 % precision over all hidden pairs together. */
  recallAtP90: number
  /** Expected calibration error over all hidden pairs together. */
  ece: number
}

const leastPositives = 3

/**
 * @param probabilities of present, N×C
 * @param truth 1 present, 0 absent, N×C
 * @param known 1 for the pairs that were not hidden, N×C
 */
export function scoreHidden(
  probabilities: Float32Array,
  truth: Uint8Array,
  known: Uint8Array,
  labels: number,
): HiddenScore {
  const hidden: number[][] = Array.from({ length: labels }, () => [])
  known.forEach((isKnown, at) => {
    if (!isKnown) hidden[at % labels].push(at)
  })
  const precisions = hidden.map((entries) => {
    const positives = entries.map((at) => truth[at])
    if (positives.reduce((sum, y) => sum + y, 0) < leastPositives) return Number.NaN
    return averagePrecision(
      entries.map((at) => probabilities[at]),
      positives,
    )
  })
  const all = hidden.flat()
  const scores = Float32Array.from(all, (at) => probabilities[at])
  const positives = Uint8Array.from(all, (at) => truth[at])
  return {
    mAP: meanOf(precisions),
    recallAtP90: recallAtPrecision(scores, positives, 0.9),
    ece: calibrationError(scores, positives),
  }
}

/** The mean over several seeds. */
export function meanScore(scores: readonly HiddenScore[]): HiddenScore {
  return {
    mAP: meanOf(scores.map(({ mAP }) => mAP)),
    recallAtP90: meanOf(scores.map(({ recallAtP90 }) => recallAtP90)),
    ece: meanOf(scores.map(({ ece }) => ece)),
  }
}
