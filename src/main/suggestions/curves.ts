import { State } from '../domain/state.ts'
import { wilsonEstimate } from './audit.ts'

/** Thresholds are the multiples of 1 / this, from 0 to 1. */
export const thresholdSteps = 1000
/** As many as `calibrationError` of training has, so that both say the same. */
export const reliabilityBins = 15

/** Known pairs whose probability falls into one bin. */
export interface ReliabilityBin {
  /** Of the probability, 0 … 1: this and more, and less than `to` (or 1 too, in the last bin). */
  from: number
  to: number
  count: number
  /** The mean probability. NaN of none. */
  predicted: number
  /** The share that is present, with its Wilson interval. NaN of none. */
  observed: number
  low: number
  high: number
}

/** What a threshold would do: present is suggested from it upwards. By threshold, [thresholdSteps + 1]. */
export interface ThresholdCurve {
  /** Of the known pairs at or above it, the share that is present. NaN where there are none. */
  precision: Float64Array
  /** Of the known present pairs, the share at or above it. NaN without one. */
  recall: Float64Array
  /** Undecided pairs at or above it. */
  undecided: Uint32Array
}

/**
 * Counts pairs by their probability: one pass over them gives every curve. Probabilities of known pairs have to be of models
 * that never saw them.
 */
export class Tally {
  readonly #present = new Uint32Array(thresholdSteps + 1)
  readonly #absent = new Uint32Array(thresholdSteps + 1)
  readonly #undecided = new Uint32Array(thresholdSteps + 1)
  readonly #sums = new Float64Array(reliabilityBins)
  readonly #counts = new Uint32Array(reliabilityBins)
  readonly #positives = new Uint32Array(reliabilityBins)
  present = 0
  absent = 0
  undecided = 0

  /** @param probability of present, 0 … 1; NaN is left out @param state y: 1, -1, 0 */
  add(probability: number, state: number): void {
    if (Number.isNaN(probability)) return
    const step = stepOf(probability)
    if (state === State.unknown) {
      this.undecided++
      this.#undecided[step]++
      return
    }
    const bin = Math.min(reliabilityBins - 1, Math.floor(probability * reliabilityBins))
    this.#counts[bin]++
    this.#sums[bin] += probability
    if (state === State.present) {
      this.present++
      this.#present[step]++
      this.#positives[bin]++
    } else {
      this.absent++
      this.#absent[step]++
    }
  }

  /** @param states y of each; without them all are undecided */
  addAll(probabilities: Float32Array, states?: Int8Array): void {
    for (let i = 0; i < probabilities.length; i++) this.add(probabilities[i], states ? states[i] : 0)
  }

  /** Predicted against observed, bins of equal width in rising order. */
  reliability(): ReliabilityBin[] {
    return Array.from(this.#counts, (count, bin) => {
      const { share, low, high } = wilsonEstimate(this.#positives[bin], count)
      const [from, to] = [bin / reliabilityBins, (bin + 1) / reliabilityBins]
      return { from, to, count, predicted: this.#sums[bin] / count, observed: share, low, high }
    })
  }

  /** Expected calibration error: Σ_b n_b / n · |mean probability_b − share present_b|. NaN of no known pair. */
  calibrationError(): number {
    const distances = this.#sums.map((sum, bin) => Math.abs(sum - this.#positives[bin]))
    return distances.reduce((total, distance) => total + distance, 0) / (this.present + this.absent)
  }

  thresholds(): ThresholdCurve {
    const curve = {
      precision: new Float64Array(thresholdSteps + 1),
      recall: new Float64Array(thresholdSteps + 1),
      undecided: new Uint32Array(thresholdSteps + 1),
    }
    let [right, wrong, undecided] = [0, 0, 0]
    for (let step = thresholdSteps; step >= 0; step--) {
      right += this.#present[step]
      wrong += this.#absent[step]
      undecided += this.#undecided[step]
      curve.precision[step] = right / (right + wrong)
      curve.recall[step] = right / this.present
      curve.undecided[step] = undecided
    }
    return curve
  }
}

/** The highest threshold that a probability reaches, as a step. The product alone is off by one where it is rounded. */
function stepOf(probability: number): number {
  const step = Math.min(thresholdSteps, Math.floor(probability * thresholdSteps))
  if (step < thresholdSteps && (step + 1) / thresholdSteps <= probability) return step + 1
  return step / thresholdSteps > probability ? step - 1 : step
}
