import { type Side, State } from '../domain/state.ts'
import { acceptanceAt } from '../suggestions/acceptance.ts'
import { type Estimate, wilsonEstimate } from '../suggestions/audit.ts'
import {
  averagePrecision,
  calibrationError,
  interpolatedAveragePrecision,
  meanOf,
  recallAtPrecision,
} from '../training/measure/metrics.ts'

/** How well scores rank the hidden pairs, as fractions; NaN if nothing could be measured. */
export interface HiddenScore {
  /** Mean average precision over the labels with at least three hidden positives. */
  mAP: number
  /** The same for the interpolated curve, as METHOD 1 and PASCAL VOC 2012 define it; never lower. */
  interpolatedMAP: number
  /** Recall at 90% precision over all hidden pairs together. */
  recallAtP90: number
  /** Expected calibration error over all hidden pairs together. */
  ece: number
}

const leastPositives = 3

/**
 * @param probabilities of present, N×C
 * @param truth 1 present, 0 absent, N×C
 * @param known 1 for the pairs that weren't hidden, N×C
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

/** What accepting in bulk at the default target accuracy did. */
export type AcceptedScore = Record<Side, AcceptedSide> & { labels: AcceptedLabel[] }

/** The share of accepted pairs that are right, over all labels. */
export interface AcceptedSide extends Estimate {
  /** Number of hidden pairs that are truly of this side. */
  all: number
}

/** The same for one label: the target accuracy is promised for each label by itself. */
export interface AcceptedLabel {
  name: string
  present: { count: number; right: number }
  /** `lost`: how many of the label's hidden `positives` were accepted as absent. */
  absent: { count: number; right: number; positives: number; lost: number }
}

const sides = { present: 1, absent: 0 } as const

/** @param probabilities of present, N×C; for known pairs, by models that never saw them */
export function scoreAccepted(
  probabilities: Float32Array,
  truth: Uint8Array,
  known: Uint8Array,
  labelNames: readonly string[],
): AcceptedScore {
  const width = labelNames.length
  const labels = labelNames.map((name, label): AcceptedLabel => {
    const places = Array.from({ length: truth.length / width }, (_, row) => row * width + label)
    const column = Float32Array.from(places, (at) => probabilities[at])
    const states = Int8Array.from(places, (at) =>
      known[at] ? (truth[at] ? State.present : State.absent) : State.unknown,
    )
    const accepted = (side: Side): { count: number; right: number } => {
      const rows = acceptanceAt(column, states, side).places
      const right = rows.filter((row) => truth[places[row]] === sides[side]).length
      return { count: rows.length, right }
    }
    const [present, absent] = [accepted('present'), accepted('absent')]
    const positives = places.filter((at) => !known[at] && truth[at] === 1).length
    return { name, present, absent: { ...absent, positives, lost: absent.count - absent.right } }
  })
  const hidden = (y: number): number => truth.filter((value, at) => !known[at] && value === y).length
  return scoreOf(labels, { present: hidden(1), absent: hidden(0) })
}

/** The sum over several masks. */
export function sumOfAccepted(scores: readonly AcceptedScore[]): AcceptedScore {
  const labels = scores[0].labels.map(({ name }, i): AcceptedLabel => {
    const sum = (of: (label: AcceptedLabel) => number): number =>
      scores.reduce((total, score) => total + of(score.labels[i]), 0)
    return {
      name,
      present: { count: sum(({ present }) => present.count), right: sum(({ present }) => present.right) },
      absent: {
        count: sum(({ absent }) => absent.count),
        right: sum(({ absent }) => absent.right),
        positives: sum(({ absent }) => absent.positives),
        lost: sum(({ absent }) => absent.lost),
      },
    }
  })
  const all = (side: Side): number => scores.reduce((total, score) => total + score[side].all, 0)
  return scoreOf(labels, { present: all('present'), absent: all('absent') })
}

function scoreOf(labels: AcceptedLabel[], all: Record<Side, number>): AcceptedScore {
  const score = (side: Side): AcceptedSide => {
    const total = (of: 'right' | 'count'): number => labels.reduce((sum, label) => sum + label[side][of], 0)
    return { ...wilsonEstimate(total('right'), total('count')), all: all[side] }
  }
  return { present: score('present'), absent: score('absent'), labels }
}
