import { binaryEntropy } from '../sst/losses.ts'
import { add, mul, square } from '../tensor/elementwise.ts'
import { Graph } from '../tensor/graph.ts'
import { transpose } from '../tensor/layout.ts'
import { matmul } from '../tensor/matrix.ts'
import { onnxModel } from '../tensor/model.ts'
import { solveProblems } from '../tensor/problems.ts'
import { sum } from '../tensor/reduction.ts'
import { type Device, Session, tensorOf } from '../tensor/session.ts'

export interface LinearOptions {
  /** L2 penalty on the weights, for inputs of about unit length. */
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
 * The linear baseline (METHOD 4): for every problem the loss is the mean over its known entries (so it is divided by the count
 * of known labels) of softplus(-t z), z = w·x + b, plus penalty/2 |w|². All problems share each pass over the data.
 * @param inputs x, row-major [N, D], of about unit length
 * @param targets t, row-major [N, problems]: 1, -1, or 0 where the entry doesn't count
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
  const weight = graph.input('weight', 'float32', [rows, problems])
  const w = graph.input('w', 'float32', [problems, channels])
  const b = graph.input('b', 'float32', [problems])
  const logits = add(matmul(x, transpose(w)), b)
  const data = sum(mul(binaryEntropy(logits, t), weight), [0])
  const loss = add(data, mul(sum(square(w), [1]), options.penalty / 2))
  const feeds = {
    x: tensorOf('float32', inputs, [rows, channels]),
    t: tensorOf('float32', Float32Array.from(targets), [rows, problems]),
    weight: tensorOf('float32', shareOfKnown(targets, problems), [rows, problems]),
  }
  const [weights, biases] = await solveProblems({ graph, loss, weights: [w, b], feeds }, options)
  return { weights, biases }
}

/** 1 / (number of known entries of the problem) where the entry is known, else 0. */
function shareOfKnown(targets: Int8Array, problems: number): Float32Array {
  const counts = new Float32Array(problems)
  targets.forEach((t, i) => {
    if (t !== 0) counts[i % problems]++
  })
  return Float32Array.from(targets, (t, i) => (t === 0 ? 0 : 1 / counts[i % problems]))
}

/** Logits of linear heads: z = w·x + b, [N, problems]. */
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
