import { knownEntries } from '../../domain/labelMatrix.ts'
import { averagePrecision, calibrationError, meanOf, recallAtPrecision } from './metrics.ts'

/** How many images must be known to show a label, and how many not to, before it can be learnt and measured. */
export const minKnown = 2

/** How good a model is on known labels that it wasn't trained on. All are fractions; NaN if nothing could be measured. */
export interface Metrics {
  mAP: { linear: number; sst: number; blend: number }
  /** Recall at 90 % precision over all held-out entries together. */
  recallAtP90: number
  /** Expected calibration error over all held-out entries together. */
  calibrationError: number
  /** The number of held-out entries. */
  heldOut: number
}

export interface LabelMetrics {
  name: string
  present: number
  absent: number
  averagePrecision: { linear: number; sst: number; blend: number }
}

type Scores = { linear: Float32Array; sst: Float32Array; blend: Float32Array }

/**
 * Measures scores of known entries, overall and per label.
 * @param scores N×C each; those of a known entry must come from models that weren't trained on it
 * @param states y, row-major N×C
 */
export function heldOutMetrics(
  scores: Scores,
  states: Int8Array,
  names: readonly string[],
): { metrics: Metrics; labels: LabelMetrics[] } {
  const count = names.length
  const known = names.map((_, label) => knownEntries({ states, labels: count }, label))
  const labels = names.map((name, label) => {
    const entries = known[label]
    const truth = entries.map((at) => states[at])
    const ap = (of: Float32Array): number => averagePrecision(pick(of, entries), truth)
    const present = truth.filter((y) => y === 1).length
    return {
      name,
      present,
      absent: truth.length - present,
      averagePrecision: { linear: ap(scores.linear), sst: ap(scores.sst), blend: ap(scores.blend) },
    }
  })
  const all = known.flat()
  const truth = all.map((at) => states[at])
  const blend = pick(scores.blend, all)
  const mean = (of: keyof Scores): number => meanOf(labels.map((label) => label.averagePrecision[of]))
  return {
    metrics: {
      mAP: { linear: mean('linear'), sst: mean('sst'), blend: mean('blend') },
      recallAtP90: recallAtPrecision(blend, truth, 0.9),
      calibrationError: calibrationError(blend, truth),
      heldOut: all.length,
    },
    labels,
  }
}

/**
 * Mean average precision over the labels with a held-out positive, a fraction; NaN if there is none.
 * @param scores N×C
 * @param states y of the held-out entries, row-major N×C
 */
export function heldOutMeanAveragePrecision(scores: Float32Array, states: Int8Array, labels: number): number {
  return meanOf(
    Array.from({ length: labels }, (_, label) => {
      const entries = knownEntries({ states, labels }, label)
      return averagePrecision(
        pick(scores, entries),
        entries.map((at) => states[at]),
      )
    }),
  )
}

function pick(scores: Float32Array, entries: readonly number[]): Float32Array {
  return Float32Array.from(entries, (at) => scores[at])
}
