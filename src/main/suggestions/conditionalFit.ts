import { RandomState } from '../base/random.ts'
import { countsByLabel, rowsWithKnown } from '../domain/labelMatrix.ts'
import type { Logits } from '../domain/quantities.ts'
import { State } from '../domain/state.ts'
import { Graph } from '../tensor/graph/graph.ts'
import { solveProblems } from '../tensor/graph/problems.ts'
import { add, mul, softplus, square } from '../tensor/operators/elementwise.ts'
import { reshape, transpose } from '../tensor/operators/layout.ts'
import { matmul } from '../tensor/operators/matrix.ts'
import { sum } from '../tensor/operators/reduction.ts'
import { type Device, tensorOf } from '../tensor/run/session.ts'
import { type Conditional, writeEvidence } from './conditional.ts'

export interface ConditionalOptions {
  seed: number
  device: Device
  signal?: AbortSignal
}

/** Precisions of the Gaussian priors around zero, for a label with many known entries. */
const priors = { surprise: 1, expected: 0.3, scale: 10, shift: 3 }
/** With this many known entries, priors are twice as strong; with a tenth of that, eleven times. */
const enoughKnown = 300
/** More images than this add nothing about which labels occur together. */
const sampleImages = 20_000
/** Limits S, as the cost grows with C × S: the labels most often known to be present are used. */
const maxPredictors = 128
const iterations = 60
/** Bounds the memory: the entries of one [images, labels] matrix in a run, of which there are about ten. */
const maxEntries = 1 << 23

/**
 * Fits the conditional on known entries.
 * @param own s, row-major N×C; the log odds of known entries must come from models that never saw them
 * @param states y, row-major N×C: 1, -1, 0
 * @param counts selects the known entries to fit to. All known entries are used as predictors.
 * @throws the signal's reason when cancelled
 */
export async function fitConditional(
  own: Logits,
  states: Int8Array,
  labels: number,
  { seed, device, signal }: ConditionalOptions,
  counts: (at: number) => boolean = () => true,
): Promise<Conditional> {
  const predictors = mostPresent(states, labels, maxPredictors)
  const size = 2 * predictors.length
  const rows = sampleOfRows(states, labels, seed)
  const n = rows.length
  const evidence = new Float32Array(n * size)
  rows.forEach((row, i) => {
    const entries = [row * labels, (row + 1) * labels] as const
    writeEvidence(own.subarray(...entries), states.subarray(...entries), predictors, evidence, i * size)
  })
  const fitLabels = async (some: readonly number[], othersOf: Float32Array): Promise<Float32Array[]> => {
    const count = some.length
    const target = new Float32Array(n * count)
    const offset = new Float32Array(n * count)
    const known = new Float32Array(count)
    rows.forEach((row, i) => {
      some.forEach((label, k) => {
        const at = row * labels + label
        offset[i * count + k] = own[at]
        if (states[at] === State.unknown || !counts(at)) return
        target[i * count + k] = states[at]
        known[k]++
      })
    })
    const problem = conditionalProblem(n, count, size)
    const feeds = {
      evidence: tensorOf('float32', evidence, [n, size]),
      own: tensorOf('float32', offset, [n, count]),
      target: tensorOf('float32', target, [n, count]),
      share: tensorOf(
        'float32',
        known.map((entries) => 1 / Math.max(1, entries)),
        [count],
      ),
      others: tensorOf('float32', othersOf, [count, size]),
      precision: tensorOf(
        'float32',
        Float32Array.from({ length: size }, (_, i) => (i < predictors.length ? priors.surprise : priors.expected)),
        [size],
      ),
    }
    return solveProblems({ ...problem, feeds }, { iterations, device, signal })
  }

  const mask = othersOnly(predictors, labels)
  const fitted = {
    predictors,
    weights: new Float32Array(labels * size),
    scale: new Float32Array(labels),
    shift: new Float32Array(labels),
  }
  // Each label is a separate problem, but as many as fit in memory share the passes over the evidence.
  const together = Math.max(1, Math.floor(maxEntries / n))
  for (let first = 0; first < labels; first += together) {
    const some = Array.from({ length: Math.min(together, labels - first) }, (_, i) => first + i)
    const others = mask.subarray(first * size, (first + some.length) * size)
    const [weights, scale, shift] = await fitLabels(some, others)
    fitted.weights.set(
      weights.map((value, i) => value * others[i]),
      first * size,
    )
    fitted.scale.set(scale, first)
    fitted.shift.set(shift, first)
  }
  return fitted
}

/** The graph of the loss for some labels on n images, and the weights that minimise it: w, a, b. */
function conditionalProblem(n: number, labels: number, size: number) {
  const graph = new Graph()
  const e = graph.input('evidence', 'float32', [n, size])
  const s = graph.input('own', 'float32', [n, labels])
  const t = graph.input('target', 'float32', [n, labels])
  const share = graph.input('share', 'float32', [labels])
  const others = graph.input('others', 'float32', [labels, size])
  const precision = graph.input('precision', 'float32', [size])
  const w = graph.input('weights', 'float32', [labels, size])
  const a = graph.input('scale', 'float32', [labels])
  const b = graph.input('shift', 'float32', [labels])
  const z = add(add(mul(s, add(a, 1)), b), matmul(e, transpose(mul(w, others))))
  // |t| is 1 where an entry counts and 0 elsewhere.
  const data = sum(mul(softplus(mul(mul(z, t), -1)), square(t)), [0])
  const flat = (rate: number, of: typeof a) => mul(square(of), rate / 2)
  const spread = add(
    add(reshape(mul(sum(mul(square(w), precision), [1]), 0.5), [labels]), flat(priors.scale, a)),
    flat(priors.shift, b),
  )
  const prior = mul(spread, add(mul(share, enoughKnown), 1))
  // Divided by the count, so that one tolerance suits rare and common labels.
  const loss = mul(add(data, prior), share)
  return { graph, loss, weights: [w, a, b] }
}

function mostPresent(states: Int8Array, labels: number, most: number): number[] {
  const { present } = countsByLabel({ states, labels })
  return Array.from(present.keys())
    .sort((a, b) => present[b] - present[a] || a - b)
    .slice(0, most)
    .sort((a, b) => a - b)
}

function sampleOfRows(states: Int8Array, labels: number, seed: number): number[] {
  const rows = rowsWithKnown({ states, labels })
  return Array.from(new RandomState(seed).shuffle(rows).subarray(0, sampleImages).sort())
}

/** 0 where a label would predict itself, 1 elsewhere, [C, 2S] */
function othersOnly(predictors: readonly number[], labels: number): Float32Array {
  const size = 2 * predictors.length
  const mask = new Float32Array(labels * size).fill(1)
  predictors.forEach((label, i) => {
    mask[label * size + i] = 0
    mask[label * size + predictors.length + i] = 0
  })
  return mask
}
