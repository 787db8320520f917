import { RandomState } from '../../base/random.ts'
import { State } from '../../domain/state.ts'
import { Graph, type Value } from '../../tensor/graph/graph.ts'
import { ProblemSolver } from '../../tensor/graph/problems.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { meanOfLargest, normalize, sharesOfLargest } from '../../tensor/operators/composed.ts'
import { add, cast, mul, square, sub } from '../../tensor/operators/elementwise.ts'
import { reshape, transpose } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { mean, sum } from '../../tensor/operators/reduction.ts'
import { type Device, Session, type Tensor, tensorOf } from '../../tensor/run/session.ts'
import { type Scale, scaled } from './crossFitting.ts'
import type { LinearHeads } from './linearBaseline.ts'

/**
 * Label maps (METHOD 4): z = mean over the positions of w·x, + 3 × the mean of its 5 largest, + b, each x of unit length. What
 * fills a small part of a picture counts, where a mean over the whole would drown it; and a position where the backbone answers
 * loudly is not heard above the others.
 *
 * For given positions that is a linear head, so the two are found in turns: the positions by the weights of before, the weights by
 * L-BFGS on a vector for each known entry, the mean of all positions + 3 × the mean of the chosen.
 */
const largestCount = 5
const largestWeight = 3
/** λ, as of the linear baseline: the L2 penalty on the weights, in known entries, for vectors of about unit length. */
const penalty = 1
/** Turns, the first with all positions alike, and iterations of each. */
const turns = 4
const iterations = 25
/** Known entries that it is trained on at most, over all labels: it bounds the memory, at 4 D bytes each. */
const mostEntries = 300_000
const mostOfLabel = 4000
/** Images of one run. */
const chunk = 32

export interface LabelMapsInput {
  /** Projected, [N, L, D] */
  grid: Float16Array
  positions: number
  /** y, row-major N×C */
  states: Int8Array
  /** as `dealFolds` gives it, N×C */
  fold: Uint8Array
  labels: number
}

export interface LabelMapsOptions {
  folds: number
  /** What turns scores into log odds, for each fold (see `CrossFittedBaseline`): those of the maps are of the same unit. */
  scales: readonly Scale[]
  seed: number
  device: Device
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** The maps without each fold: C weights and biases each. @throws the signal's reason when cancelled */
export async function crossFitLabelMaps(input: LabelMapsInput, options: LabelMapsOptions): Promise<LinearHeads[]> {
  const { states, fold, labels } = input
  const trainer = await MapTrainer.open(input, options.device)
  try {
    const found: LinearHeads[] = []
    for (let k = 0; k < options.folds; k++) {
      const seen = states.map((state, at) => (fold[at] === k ? 0 : state))
      found.push(scaled(await trainer.train(entriesOf(seen, labels, options.seed), options), options.scales[k]))
      options.onProgress?.(k + 1, options.folds)
    }
    return found
  } finally {
    await trainer.close()
  }
}

/** @param grid [B, L, D]; @returns logits, [B, C] */
export function labelMapLogits(grid: Value, { weights, biases }: LinearHeads): Value {
  const { graph } = grid
  const [labels, width] = [biases.length, grid.size(2)]
  const w = graph.constant('float32', weights, [labels, width])
  const maps = transpose(matmul(normalize(grid), transpose(w)), [0, 2, 1])
  const top = meanOfLargest(maps, chosenOf(grid.size(1)))
  return add(add(mean(maps, [2]), mul(top, largestWeight)), graph.constant('float32', biases, [labels]))
}

const chosenOf = (positions: number): number => Math.min(largestCount, positions)

interface Entries {
  /** The images of each label that count, [C][M_c] */
  rows: Int32Array[]
  states: Int8Array
}

/** Of each label so many known entries, half of them present if there are enough: those that are rare all count. */
function entriesOf(states: Int8Array, labels: number, seed: number): Entries {
  const most = Math.max(2, Math.min(mostOfLabel, Math.floor(mostEntries / labels)))
  const random = new RandomState(seed)
  const sides = { present: [] as number[][], absent: [] as number[][] }
  for (let label = 0; label < labels; label++) {
    sides.present.push([])
    sides.absent.push([])
  }
  states.forEach((state, at) => {
    if (state === State.present) sides.present[at % labels].push(Math.floor(at / labels))
    if (state === State.absent) sides.absent[at % labels].push(Math.floor(at / labels))
  })
  const rows = sides.present.map((present, label) => {
    const absent = sides.absent[label]
    if (present.length + absent.length <= most) return Int32Array.from([...present, ...absent]).sort()
    const few = Math.min(present.length, Math.max(Math.ceil(most / 2), most - absent.length))
    const some = (of: number[], count: number) => random.shuffle(Int32Array.from(of)).subarray(0, count)
    return Int32Array.from([...some(present, few), ...some(absent, most - few)]).sort()
  })
  return { rows, states }
}

/** Trains one set of maps; the graphs serve all of them. */
class MapTrainer {
  readonly #input: LabelMapsInput
  readonly #width: number
  readonly #choosing: Session

  private constructor(input: LabelMapsInput, width: number, choosing: Session) {
    this.#input = input
    this.#width = width
    this.#choosing = choosing
  }

  static async open(input: LabelMapsInput, device: Device): Promise<MapTrainer> {
    const { grid, positions, states, labels } = input
    const width = (grid.length * labels) / (states.length * positions)
    const graph = new Graph('constants')
    const images = normalize(cast(graph.input('grid', 'float16', ['images', positions, width]), 'float32'))
    const w = graph.input('w', 'float32', [labels, width])
    const maps = transpose(matmul(images, transpose(w)), [0, 2, 1])
    const weights = add(mul(sharesOfLargest(maps, chosenOf(positions)), largestWeight), 1 / positions)
    graph.output('vectors', matmul(weights, images))
    return new MapTrainer(input, width, await Session.open(onnxModel(graph), { device }))
  }

  async train(entries: Entries, { device, signal }: LabelMapsOptions): Promise<LinearHeads> {
    const { labels } = this.#input
    const width = this.#width
    const most = Math.max(1, ...entries.rows.map((some) => some.length))
    const solver = await this.#solver(most, device)
    const vectors = new Float32Array(labels * most * width)
    let weights = new Float32Array(labels * width)
    let biases = new Float32Array(labels)
    let inverse = 0
    try {
      for (let turn = 0; turn < turns; turn++) {
        await this.#fill(vectors, most, entries.rows, weights, signal)
        // With all positions alike the vectors are as long as they would be on average.
        if (turn === 0) inverse = inverseLength(vectors, entries.rows)
        for (let at = 0; at < vectors.length; at++) vectors[at] *= inverse
        const feeds = { ...targetsOf(entries, labels, most), x: tensorOf('float32', vectors, [labels, most, width]) }
        ;[weights, biases] = await solver.solve(feeds, { iterations, signal, start: [weights, biases] })
      }
      return { weights: weights.map((value) => value * inverse), biases }
    } finally {
      await solver.close()
    }
  }

  close(): Promise<void> {
    return this.#choosing.close()
  }

  #solver(most: number, device: Device): Promise<ProblemSolver> {
    const { labels } = this.#input
    const width = this.#width
    const graph = new Graph()
    const x = graph.input('x', 'float32', [labels, most, width])
    const t = graph.input('t', 'float32', [labels, most])
    const share = graph.input('share', 'float32', [labels, most])
    const w = graph.input('w', 'float32', [labels, width])
    const b = graph.input('b', 'float32', [labels])
    const scores = add(reshape(matmul(x, reshape(w, [labels, width, 1])), [labels, most]), reshape(b, [labels, 1]))
    const data = sum(mul(square(sub(scores, t)), share), [1])
    const loss = mul(add(data, mul(sum(square(w), [1]), graph.input('penalty', 'float32', [labels]))), 0.5)
    return ProblemSolver.open({ graph, loss, weights: [w, b] }, device)
  }

  /** The vector of each entry by the positions that these weights choose, [C, most, D]. */
  async #fill(
    vectors: Float32Array,
    most: number,
    rows: readonly Int32Array[],
    weights: Float32Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const { grid, positions, labels } = this.#input
    const width = this.#width
    const size = positions * width
    const w = tensorOf('float32', weights, [labels, width])
    const used = Int32Array.from(new Set(rows.flatMap((some) => Array.from(some)))).sort()
    const next = new Int32Array(labels)
    for (let start = 0; start < used.length; start += chunk) {
      signal?.throwIfAborted()
      const some = used.subarray(start, start + chunk)
      const images = new Float16Array(some.length * size)
      some.forEach((row, i) => {
        images.set(grid.subarray(row * size, (row + 1) * size), i * size)
      })
      const run = await this.#choosing.run({ w, grid: tensorOf('float16', images, [some.length, positions, width]) })
      const found = run.vectors.data as Float32Array
      some.forEach((row, i) => {
        for (let label = 0; label < labels; label++) {
          // The rows of a label rise, as those gone through do.
          if (rows[label][next[label]] !== row) continue
          const from = (i * labels + label) * width
          vectors.set(found.subarray(from, from + width), (label * most + next[label]++) * width)
        }
      })
    }
  }
}

/** Targets, and 1 / (number of entries of the label) where there is one, [C, most] each; λ / that number, [C]. */
function targetsOf({ rows, states }: Entries, labels: number, most: number): Record<string, Tensor> {
  const target = new Float32Array(labels * most)
  const share = new Float32Array(labels * most)
  rows.forEach((some, label) => {
    some.forEach((row, m) => {
      target[label * most + m] = states[row * labels + label]
      share[label * most + m] = 1 / some.length
    })
  })
  return {
    t: tensorOf('float32', target, [labels, most]),
    share: tensorOf('float32', share, [labels, most]),
    penalty: tensorOf(
      'float32',
      Float32Array.from(rows, (some) => penalty / Math.max(1, some.length)),
      [labels],
    ),
  }
}

/** 1 / root mean square of the lengths; 0 of nothing but zeros. */
function inverseLength(vectors: Float32Array, rows: readonly Int32Array[]): number {
  const entries = rows.reduce((total, some) => total + some.length, 0)
  const squares = vectors.reduce((total, value) => total + value * value, 0)
  return squares > 0 ? Math.sqrt(entries / squares) : 0
}
