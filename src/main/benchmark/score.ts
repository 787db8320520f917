import { acceptanceAt, type Side } from '../suggestions/acceptance.ts'
import { type Estimate, wilsonEstimate } from '../suggestions/audit.ts'
import {
  averagePrecision,
  calibrationError,
  interpolatedAveragePrecision,
  meanOf,
  recallAtPrecision,
} from '../training/metrics.ts'

/** How well scores rank the pairs that were hidden. Fractions; NaN where nothing could be measured. */
export interface HiddenScore {
  /** Mean average precision over the labels with at least three hidden positives. */
  mAP: number
  /** The same of the interpolated curve, as METHOD 1 and PASCAL VOC 2012 define it: never below. */
  interpolatedMAP: number
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
  const mean = (precision: typeof averagePrecision): number =>
    meanOf(
      hidden.map((entries) => {
        const positives = entries.map((at) => truth[at])
        if (positives.reduce((sum, y) => sum + y, 0) < leastPositives) return Number.NaN
        return precision(
          entries.map((at) => probabilities[at]),
          positives,
        )
      }),
    )
  const all = hidden.flat()
  const scores = Float32Array.from(all, (at) => probabilities[at])
  const positives = Uint8Array.from(all, (at) => truth[at])
  return {
    mAP: mean(averagePrecision),
    interpolatedMAP: mean(interpolatedAveragePrecision),
    recallAtP90: recallAtPrecision(scores, positives, 0.9),
    ece: calibrationError(scores, positives),
  }
}

/** The mean over several seeds. */
export function meanScore(scores: readonly HiddenScore[]): HiddenScore {
  const mean = (of: keyof HiddenScore): number => meanOf(scores.map((score) => score[of]))
  return {
    mAP: mean('mAP'),
    interpolatedMAP: mean('interpolatedMAP'),
    recallAtP90: mean('recallAtP90'),
    ece: mean('ece'),
  }
}

/** Suggestions accepted together at one aimed precision. */
export type AcceptedScore = Record<Side, AcceptedSide>

/** The share of what was accepted that is right. */
export interface AcceptedSide extends Estimate {
  /** Hidden pairs that are so in truth. */
  all: number
}

/** The share that should be right of what is accepted together. */
export const acceptedPrecision = 0.95

const sides = { present: 1, absent: 0 } as const

/** @param probabilities of present, N×C; those of known pairs by models that never saw them */
export function scoreAccepted(probabilities: Float32Array, truth: Uint8Array, known: Uint8Array): AcceptedScore {
  const states = Int8Array.from(truth, (y, at) => (known[at] ? (y ? 1 : -1) : 0))
  const score = (side: Side): AcceptedSide => {
    const { places } = acceptanceAt(probabilities, states, side, acceptedPrecision)
    const right = places.filter((at) => truth[at] === sides[side]).length
    const all = truth.filter((y, at) => !known[at] && y === sides[side]).length
    return { ...wilsonEstimate(right, places.length), all }
  }
  return { present: score('present'), absent: score('absent') }
}

/** Over several masks. */
export function acceptedTogether(scores: readonly AcceptedScore[]): AcceptedScore {
  const score = (side: Side): AcceptedSide => {
    const total = (count: 'right' | 'count' | 'all'): number => scores.reduce((sum, one) => sum + one[side][count], 0)
    return { ...wilsonEstimate(total('right'), total('count')), all: total('all') }
  }
  return { present: score('present'), absent: score('absent') }
}
