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
 * Label maps (METHOD 4): z = mean over l of w·x_l + 3 × mean of the 5 largest w·x_l + b, where each x_l has unit length. The
 * largest values let an object count that fills only a small part of the image and would vanish in a mean over all of it; unit
 * length keeps positions with strong activations from outweighing the others.
 *
 * Once the 5 positions are chosen, this is a linear head. So training alternates: the current weights choose the positions, then
 * L-BFGS refits the weights to one vector for each known entry, the mean of all positions + 3 × the mean of the chosen ones.
 */
const largestCount = 5
const largestWeight = 3
/** λ, as in the linear baseline: the L2 penalty on the weights, in known entries, for vectors of about unit length. */
const penalty = 1
/** Alternations. In the first, all weights are 0, so no position is better than another. */
const turns = 4
/** L-BFGS iterations per alternation. */
const iterations = 25
/** Bounds the memory, as each entry takes 4 D bytes: the largest number of known entries trained on, over all labels. */
const maxEntries = 300_000
const maxEntriesPerLabel = 4000
/** Images per run */
const chunk = 32

export interface LabelMapsInput {
  /** Projected, [N, L, D] */
  grid: Float16Array
  positions: number
  /** y, row-major N×C */
  states: Int8Array
  /** from `dealFolds`, N×C */
  fold: Uint8Array
  labels: number
}

export interface LabelMapsOptions {
  folds: number
  /** The baseline's, for each fold (see `CrossFittedBaseline`); scores of maps are in the same unit. */
  scales: readonly Scale[]
  seed: number
  device: Device
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/**
 * Trains label maps without each fold.
 * @returns for each fold, weights [C, width] and biases [C], whose results are log odds
 * @throws the signal's reason when cancelled
 */
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

/**
 * Logits of label maps as part of a graph.
 * @param grid projected, [B, L, width]
 * @returns [B, C]
 */
export function labelMapLogits(grid: Value, { weights, biases }: LinearHeads): Value {
  const { graph } = grid
  const [labels, width] = [biases.length, grid.size(2)]
  const w = graph.constant('float32', weights, [labels, width])
  const maps = transpose(matmul(normalize(grid), transpose(w)), [0, 2, 1])
  const top = meanOfLargest(maps, chosenCount(grid.size(1)))
  return add(add(mean(maps, [2]), mul(top, largestWeight)), graph.constant('float32', biases, [labels]))
}

const chosenCount = (positions: number): number => Math.min(largestCount, positions)

interface Entries {
  /** The images that each label is trained on, [C][M_c], ascending */
  rows: Int32Array[]
  states: Int8Array
}

/** Samples each label's known entries: half present, half absent where possible, so that a rare state is used in full. */
function entriesOf(states: Int8Array, labels: number, seed: number): Entries {
  const most = Math.max(2, Math.min(maxEntriesPerLabel, Math.floor(maxEntries / labels)))
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

/** Trains maps, one set for each fold; all share the graph that chooses positions. */
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
    const weights = add(mul(sharesOfLargest(maps, chosenCount(positions)), largestWeight), 1 / positions)
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
        // Measured once, while all positions count alike: another scale would spoil the weights that the next turn starts from.
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

  /** Fills in each entry's vector, [C, most, width], for the positions that these weights choose. */
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
          // Both this label's rows and `used` ascend, so one pointer per label is enough.
          if (rows[label][next[label]] !== row) continue
          const from = (i * labels + label) * width
          vectors.set(found.subarray(from, from + width), (label * most + next[label]++) * width)
        }
      })
    }
  }
}

/** Targets `t`, and `share`, 1 / M_c for each entry (0 for padding), [C, most] each; the penalty λ / M_c, [C]. */
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

/** 1 / root mean square of the vectors' lengths; 0 if all of them are zero. */
function inverseLength(vectors: Float32Array, rows: readonly Int32Array[]): number {
  const entries = rows.reduce((total, some) => total + some.length, 0)
  const squares = vectors.reduce((total, value) => total + value * value, 0)
  return squares > 0 ? Math.sqrt(entries / squares) : 0
}
