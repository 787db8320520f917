import { State } from '../domain/state.ts'
import { wilsonEstimate } from './audit.ts'

/** Thresholds are the multiples of 1 / this, from 0 to 1. */
export const thresholdSteps = 1000
/** The same number as in training's `calibrationError`, so that both give the same result. */
export const reliabilityBins = 15

/** Known pairs whose probability falls into one bin. */
export interface ReliabilityBin {
  /** The bin's probabilities: from `from`, inclusive, to `to`, exclusive except in the last bin. */
  from: number
  to: number
  count: number
  /** The mean probability; NaN if the bin is empty. */
  predicted: number
  /** The share that is present, with its Wilson interval; NaN if the bin is empty. */
  observed: number
  low: number
  high: number
}

/** The effect of each threshold, if present is suggested from there upwards, [thresholdSteps + 1]. */
export interface ThresholdCurve {
  /** The share of present among the known pairs at or above the threshold; NaN if there are none. */
  precision: Float64Array
  /** The share of the known positives that are at or above the threshold; NaN if there are none. */
  recall: Float64Array
  /** The number of undecided pairs at or above the threshold. */
  undecided: Uint32Array
}

/**
 * Counts pairs by their probability, so that one pass gives all curves. Probabilities of known pairs must come from models that
 * never saw them.
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

  /** @param probability of present, 0 … 1; NaN is skipped @param state y: 1, -1, 0 */
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

  /** @param states y of each; if omitted, all are undecided */
  addAll(probabilities: Float32Array, states?: Int8Array): void {
    for (let i = 0; i < probabilities.length; i++) this.add(probabilities[i], states ? states[i] : 0)
  }

  /** Predicted against observed, in bins of equal width, ascending. */
  reliability(): ReliabilityBin[] {
    return Array.from(this.#counts, (count, bin) => {
      const { share, low, high } = wilsonEstimate(this.#positives[bin], count)
      const [from, to] = [bin / reliabilityBins, (bin + 1) / reliabilityBins]
      return { from, to, count, predicted: this.#sums[bin] / count, observed: share, low, high }
    })
  }

  /** Expected calibration error: Σ_b n_b / n · |mean probability_b − share present_b|; NaN without a known pair. */
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

/** The index of the highest threshold that a probability reaches. The product alone can be off by one, because of rounding. */
function stepOf(probability: number): number {
  const step = Math.min(thresholdSteps, Math.floor(probability * thresholdSteps))
  if (step < thresholdSteps && (step + 1) / thresholdSteps <= probability) return step + 1
  return step / thresholdSteps > probability ? step - 1 : step
}
