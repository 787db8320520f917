import { targetOf } from '../../domain/state.ts'
import { fitLogistic } from '../../suggestions/logistic.ts'
import type { Device } from '../../tensor/run/session.ts'
import { noFold } from './folds.ts'
import { headLogits, type LinearHeads, trainLinearHeads } from './linearBaseline.ts'

/**
 * Cross-fitted baselines: for each fold a head trained without it, and for each pair of folds a head trained without both.
 *
 * A network on top of the baseline must be trained on baseline logits that are as uncertain as those it will meet later, that
 * is, on those of a head that hasn't seen the entry's label. And if the network is to be measured on fold k, nothing below it
 * may have seen fold k either. So the network without fold k gets, for an entry of fold j, the logit of the head without j and k.
 */
export interface CrossFittedBaseline {
  folds: number
  /** For each fold k, the heads of C labels trained without it; they give log odds. */
  single: LinearHeads[]
  /** For each j < k, at `pairIndex`, the heads trained without both; they give scores, which `scales` turn into log odds. */
  pairs: LinearHeads[]
  /** For each fold k, what turns scores into log odds, fitted without it. */
  scales: Scale[]
}

/** Log odds = scale · score + bias. */
export interface Scale {
  scale: number
  bias: number
}

export interface CrossFitOptions {
  folds: number
  penalty: number
  iterations: number
  device: Device
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** Bounds the memory of one run: the largest number of entries of its targets, [N, problems]. */
const targetEntries = 1 << 24
/** More would not make the two numbers of a scale any more precise. */
const maxScaleEntries = 4_000_000

/**
 * Trains the baseline without each fold, and without each pair of folds (METHOD 4).
 * @param inputs [N, D]
 * @param states y, N×C
 * @param fold from `dealFolds`, N×C
 * @throws the signal's reason when cancelled
 */
export async function crossFitBaseline(
  inputs: Float32Array,
  states: Int8Array,
  fold: Uint8Array,
  labels: number,
  options: CrossFitOptions,
): Promise<CrossFittedBaseline> {
  const { folds } = options
  const leftOut: number[][] = Array.from({ length: folds }, (_, k) => [k])
  for (let j = 0; j < folds; j++) for (let k = j + 1; k < folds; k++) leftOut.push([j, k])
  const rows = states.length / labels
  const channels = inputs.length / rows
  const perRun = Math.max(1, Math.floor(targetEntries / states.length))
  const heads: LinearHeads[] = []
  for (let start = 0; start < leftOut.length; start += perRun) {
    const some = leftOut.slice(start, start + perRun)
    const targets = new Int8Array(rows * some.length * labels)
    for (let row = 0; row < rows; row++) {
      some.forEach((out, h) => {
        for (let label = 0; label < labels; label++) {
          const at = row * labels + label
          if (!out.includes(fold[at])) targets[(row * some.length + h) * labels + label] = states[at]
        }
      })
    }
    const trained = await trainLinearHeads(inputs, targets, channels, options)
    some.forEach((_, h) => {
      heads.push({
        weights: trained.weights.slice(h * labels * channels, (h + 1) * labels * channels),
        biases: trained.biases.slice(h * labels, (h + 1) * labels),
      })
    })
    options.onProgress?.(heads.length, leftOut.length)
  }
  const pairs = heads.slice(folds)
  const scores: Float32Array[] = []
  for (const pair of pairs) scores.push(await headLogits(inputs, pair, channels, options.device))
  const scales = leftOut.slice(0, folds).map(([k]) => scaleWithout(k, folds, scores, states, fold))
  return { folds, single: heads.slice(0, folds).map((head, k) => scaled(head, scales[k])), pairs, scales }
}

/**
 * A Platt fit on the entries of every other fold j, with the scores of the head that saw neither j nor k. All labels share one
 * scale: a label with few known images can't support one of its own, and all scores estimate the same thing (t = ±1).
 */
function scaleWithout(
  k: number,
  folds: number,
  pairScores: readonly Float32Array[],
  states: Int8Array,
  fold: Uint8Array,
): Scale {
  const inputs: number[] = []
  const targets: number[] = []
  const every = Math.ceil(states.length / maxScaleEntries)
  for (let at = 0; at < states.length; at += every) {
    const j = fold[at]
    if (j === k || j === noFold) continue
    inputs.push(pairScores[pairIndex(folds, j, k)][at], 1)
    targets.push(targetOf(states[at]))
  }
  const [scale, bias] = fitLogistic({
    inputs: Float64Array.from(inputs),
    targets: Uint8Array.from(targets),
    prior: Float64Array.of(3, 0),
    precision: Float64Array.of(1, 1),
  })
  return { scale, bias }
}

/** Heads whose logits are scale · z + bias. */
export function scaled({ weights, biases }: LinearHeads, { scale, bias }: Scale): LinearHeads {
  return { weights: weights.map((w) => w * scale), biases: biases.map((b) => b * scale + bias) }
}

/** Index of the head without folds j and k in `CrossFittedBaseline.pairs`. */
export function pairIndex(folds: number, j: number, k: number): number {
  const [low, high] = j < k ? [j, k] : [k, j]
  return low * folds - (low * (low + 1)) / 2 + (high - low - 1)
}

/**
 * The baseline logits, N×C, on top of which the network without fold k is trained and measured: on entries of another fold j
 * those of the head without j and k, elsewhere those of the head without k.
 * @param logitsOf computes a head's logits on all images, N×C
 */
export async function offsetsWithout(
  k: number,
  baseline: CrossFittedBaseline,
  fold: Uint8Array,
  logitsOf: (heads: LinearHeads) => Promise<Float32Array>,
): Promise<Float32Array> {
  const offsets = (await logitsOf(baseline.single[k])).slice()
  for (let j = 0; j < baseline.folds; j++) {
    if (j === k) continue
    const logits = await logitsOf(scaled(baseline.pairs[pairIndex(baseline.folds, j, k)], baseline.scales[k]))
    fold.forEach((f, at) => {
      if (f === j) offsets[at] = logits[at]
    })
  }
  return offsets
}

/**
 * Combines the scores of the models trained without each fold: a known entry gets that of the model that never saw it, an
 * unknown one the mean of all.
 * @param scores of the model without each fold, [folds][N×C]
 * @returns N×C
 */
export function outOfFold(scores: readonly Float32Array[], fold: Uint8Array): Float32Array {
  return Float32Array.from(fold, (f, at) => {
    if (f !== noFold) return scores[f][at]
    let total = 0
    for (const some of scores) total += some[at]
    return total / scores.length
  })
}
