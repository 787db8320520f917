import { countsByLabel } from '../../domain/labelMatrix.ts'
import { State } from '../../domain/state.ts'
import { Graph } from '../../tensor/graph/graph.ts'
import { solveProblems } from '../../tensor/graph/problems.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { add, mul, square, sub } from '../../tensor/operators/elementwise.ts'
import { transpose } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { sum } from '../../tensor/operators/reduction.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'

export interface LinearOptions {
  /** λ: the L2 penalty on the weights, in known entries, for inputs whose squared length is 1 on average. */
  penalty: number
  iterations: number
  device: Device
  signal?: AbortSignal
}

/** One linear head for each problem: weights [problems, D] and biases [problems]. */
export interface LinearHeads {
  weights: Float32Array
  biases: Float32Array
}

/**
 * The linear baseline (METHOD 4). The loss of each problem is the mean of ½ (t - z)² over its n known entries, z = w·x + b, plus
 * λ/(2n) |w|². Squared rather than logistic loss: with few positives, the logistic loss depends on them almost alone, whereas the
 * squared loss also uses how the negatives vary (2.7 points of mean average precision at 10 % known). So z is not yet log odds;
 * `crossFitBaseline` fits the scale. All problems share each pass over the data.
 * @param inputs x, row-major [N, D]
 * @param targets t, row-major [N, problems]: 1, -1, or 0 for entries to ignore
 * @throws the signal's reason when cancelled
 */
export async function trainLinearHeads(
  inputs: Float32Array,
  targets: Int8Array,
  channels: number,
  options: LinearOptions,
): Promise<LinearHeads> {
  const rows = inputs.length / channels
  const problems = targets.length / rows
  const graph = new Graph()
  const x = graph.input('x', 'float32', [rows, channels])
  const t = graph.input('t', 'float32', [rows, problems])
  const share = graph.input('share', 'float32', [rows, problems])
  const penalty = graph.input('penalty', 'float32', [problems])
  const w = graph.input('w', 'float32', [problems, channels])
  const b = graph.input('b', 'float32', [problems])
  const z = add(matmul(x, transpose(w)), b)
  const loss = mul(add(sum(mul(square(sub(z, t)), share), [0]), mul(sum(square(w), [1]), penalty)), 0.5)
  const { present, absent } = countsByLabel({ states: targets, labels: problems })
  const counts = Float32Array.from(present, (count, problem) => count + absent[problem])
  const unit = options.penalty * meanSquareLength(inputs, rows)
  const feeds = {
    x: tensorOf('float32', inputs, [rows, channels]),
    t: tensorOf('float32', Float32Array.from(targets), [rows, problems]),
    share: tensorOf(
      'float32',
      Float32Array.from(targets, (y, i) => (y === State.unknown ? 0 : 1 / counts[i % problems])),
      [rows, problems],
    ),
    penalty: tensorOf(
      'float32',
      counts.map((count) => unit / Math.max(1, count)),
      [problems],
    ),
  }
  const [weights, biases] = await solveProblems({ graph, loss, weights: [w, b], feeds }, options)
  return { weights, biases }
}

function meanSquareLength(inputs: Float32Array, rows: number): number {
  return inputs.reduce((total, value) => total + value * value, 0) / rows
}

/**
 * Evaluates linear heads: z = w·x + b.
 * @param inputs x, [N, D]
 * @returns row-major [N, problems]
 */
export async function headLogits(
  inputs: Float32Array,
  heads: LinearHeads,
  channels: number,
  device: Device,
): Promise<Float32Array> {
  const [rows, problems] = [inputs.length / channels, heads.biases.length]
  const graph = new Graph('constants')
  const x = graph.input('x', 'float32', [rows, channels])
  const w = graph.input('w', 'float32', [problems, channels])
  const b = graph.input('b', 'float32', [problems])
  graph.output('logits', add(matmul(x, transpose(w)), b))
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const { logits } = await session.run({
      x: tensorOf('float32', inputs, [rows, channels]),
      w: tensorOf('float32', heads.weights, [problems, channels]),
      b: tensorOf('float32', heads.biases, [problems]),
    })
    return logits.data as Float32Array
  } finally {
    await session.close()
  }
}
