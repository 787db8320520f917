import { Graph } from '../tensor/graph.ts'
import { transpose } from '../tensor/layout.ts'
import { matmul } from '../tensor/matrix.ts'
import { onnxModel } from '../tensor/model.ts'
import { type Device, Session, tensorOf } from '../tensor/session.ts'
import { outOfFold } from './crossFitting.ts'
import { headLogits, type LinearHeads } from './linearBaseline.ts'
import { logOddsOf } from './logOdds.ts'
import { inverseFactor } from './projection.ts'

/**
 * How far the covariance is drawn to a multiple of the identity, in parts of its mean variance. (0.3 … 2 differ little: the blend
 * weighs the result.)
 */
const shrinkage = 0.5
/** A mean counts as if so many examples at the mean of all images had been seen besides. */
const priorExamples = 3

export interface DiscriminantInput {
  /** Of all images, labelled or not, [N, D] */
  described: Float32Array
  channels: number
  /** y, row-major N×C */
  states: Int8Array
  /** as `dealFolds` gives it, N×C */
  fold: Uint8Array
  folds: number
}

/**
 * Fisher's linear discriminants, one for each label and each fold that it leaves out: w = (Σ + s·tr(Σ)/D·I)⁻¹ (μ₊ - μ₋), where Σ is
 * the covariance of all images, known or not: so images that nobody has labelled say which directions are mere variety. It errs
 * otherwise than a head that is fitted to the known labels alone, most where they are few. Scaled to log odds by a logistic fit on
 * the entries that were left out.
 * @returns for each fold, C heads
 */
export async function crossFitDiscriminants(
  input: DiscriminantInput,
  options: { device: Device; signal?: AbortSignal },
): Promise<LinearHeads[]> {
  const { described, channels, states, fold } = input
  const labels = (states.length * channels) / described.length
  const weights = await discriminants(input, labels, options)
  const heads = weights.map((some) => ({ weights: some, biases: new Float32Array(labels) }))
  const raw: Float32Array[] = []
  for (const one of heads) raw.push(await headLogits(described, one, channels, options.device))
  const left = outOfFold(raw, fold)
  for (let label = 0; label < labels; label++) {
    const { scale, bias } = logOddsOf(left, states, labels, label)
    for (const one of heads) {
      for (let at = label * channels; at < (label + 1) * channels; at++) one.weights[at] *= scale
      one.biases[label] = bias
    }
  }
  return heads
}

/** w for each fold left out, [C, D] each. */
async function discriminants(
  { described, channels, states, fold, folds }: DiscriminantInput,
  labels: number,
  { device, signal }: { device: Device; signal?: AbortSignal },
): Promise<Float32Array[]> {
  const rows = described.length / channels
  const graph = new Graph('constants')
  const x = graph.input('x', 'float32', [rows, channels])
  const contrast = graph.input('contrast', 'float32', [rows, labels])
  const factor = graph.input('factor', 'float32', [channels, channels])
  graph.output('gram', matmul(transpose(x), x))
  graph.output('weights', matmul(matmul(matmul(transpose(contrast), x), factor), transpose(factor)))
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const feeds = {
      x: tensorOf('float32', centred(described, channels), [rows, channels]),
      contrast: tensorOf('float32', new Float32Array(rows * labels), [rows, labels]),
      factor: tensorOf('float32', new Float32Array(channels ** 2), [channels, channels]),
    }
    const { gram } = await session.run(feeds, ['gram'])
    feeds.factor = tensorOf('float32', inverseOfShrunk(gram.data as Float32Array, rows, channels), [channels, channels])
    const found: Float32Array[] = []
    for (let k = 0; k < folds; k++) {
      signal?.throwIfAborted()
      feeds.contrast = tensorOf('float32', contrastWithout(k, states, fold, labels), [rows, labels])
      const { weights } = await session.run(feeds, ['weights'])
      found.push(weights.data as Float32Array)
    }
    return found
  } finally {
    await session.close()
  }
}

function centred(vectors: Float32Array, channels: number): Float32Array {
  const sums = new Float64Array(channels)
  vectors.forEach((value, at) => {
    sums[at % channels] += value
  })
  const rows = vectors.length / channels
  return vectors.map((value, at) => value - sums[at % channels] / rows)
}

/** @returns T with T Tᵀ = (Σ + s·tr(Σ)/D·I)⁻¹, [D, D]; zeros where nothing varies */
function inverseOfShrunk(gram: Float32Array, rows: number, channels: number): Float32Array {
  const covariance = gram.map((value) => value / rows)
  let trace = 0
  for (let d = 0; d < channels; d++) trace += covariance[d * channels + d]
  for (let d = 0; d < channels; d++) covariance[d * channels + d] += (shrinkage * trace) / channels
  return inverseFactor(covariance, channels)
}

/** What, multiplied with the images, gives μ₊ - μ₋ of each label without that fold: 1 / count or -1 / count, N×C. */
function contrastWithout(k: number, states: Int8Array, fold: Uint8Array, labels: number): Float32Array {
  const present = new Float64Array(labels).fill(priorExamples)
  const absent = new Float64Array(labels).fill(priorExamples)
  states.forEach((state, at) => {
    if (state === 0 || fold[at] === k) return
    if (state === 1) present[at % labels]++
    else absent[at % labels]++
  })
  return Float32Array.from(states, (state, at) => {
    if (state === 0 || fold[at] === k) return 0
    return state === 1 ? 1 / present[at % labels] : -1 / absent[at % labels]
  })
}
