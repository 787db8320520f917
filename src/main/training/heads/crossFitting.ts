import { targetOf } from '../../domain/state.ts'
import { fitLogistic } from '../../suggestions/logistic.ts'
import type { Device } from '../../tensor/run/session.ts'
import { noFold } from './folds.ts'
import { headLogits, type LinearHeads, trainLinearHeads } from './linearBaseline.ts'

/**
 * Cross-fitted baselines: one head for each fold that leaves it out, and one for each pair of folds that leaves out both.
 *
 * Whatever is trained on top of the baseline has to see, for each known label, a baseline that never saw that label; and what
 * is left out of the upper part too must not have shaped the lower part that it is trained on. So the network that leaves out
 * fold k is trained, on an entry of fold j, on top of the head that leaves out both j and k.
 */
export interface CrossFittedBaseline {
  folds: number
  /** The head without fold k, for C labels: log odds. */
  single: LinearHeads[]
  /** The head without folds j < k, by `pairIndex`: scores, that `scales` turn into log odds. */
  pairs: LinearHeads[]
  /** What turns scores into log odds, fitted without fold k, for each k. */
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

/** Entries of the [N, problems] targets that one run of the trainer holds at most: it bounds its memory. */
const targetEntries = 1 << 24
/** Entries that are looked at for two numbers. */
const mostEntries = 4_000_000

/**
 * @param inputs [N, D]
 * @param states y, N×C
 * @param fold as `dealFolds` gives it, N×C
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
 * Platt's fit on entries of every other fold j, by the scores of the head that saw neither j nor k. One for all labels: a label that
 * few images tell of has no scale of its own that could be relied on, and what is scored is of one unit (t = ±1).
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
  const every = Math.ceil(states.length / mostEntries)
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

export function scaled({ weights, biases }: LinearHeads, { scale, bias }: Scale): LinearHeads {
  return { weights: weights.map((w) => w * scale), biases: biases.map((b) => b * scale + bias) }
}

/** Where the head without folds j and k stands among the pairs. */
export function pairIndex(folds: number, j: number, k: number): number {
  const [low, high] = j < k ? [j, k] : [k, j]
  return low * folds - (low * (low + 1)) / 2 + (high - low - 1)
}

/**
 * The baseline's logits on which the network without fold k is trained, and scores: on an entry of another fold j the head
 * without j and k, elsewhere the head without k.
 * @param logitsOf logits of a head on all images, N×C
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
 * One score for every entry out of the scores without each fold: a known entry gets that of the model which never saw it, an
 * unknown one the mean of all.
 * @param scores for each fold, N×C
 */
export function outOfFold(scores: readonly Float32Array[], fold: Uint8Array): Float32Array {
  return Float32Array.from(fold, (f, at) => {
    if (f !== noFold) return scores[f][at]
    let total = 0
    for (const some of scores) total += some[at]
    return total / scores.length
  })
}
