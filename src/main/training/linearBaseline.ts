import { binaryEntropy } from '../sst/losses.ts'
import { add, mul, square } from '../tensor/elementwise.ts'
import { gradients } from '../tensor/gradients.ts'
import { Graph } from '../tensor/graph.ts'
import { transpose } from '../tensor/layout.ts'
import { minimize } from '../tensor/lbfgs.ts'
import { matmul } from '../tensor/matrix.ts'
import { onnxModel } from '../tensor/model.ts'
import { sum } from '../tensor/reduction.ts'
import { type Device, Session, type Tensor, tensorOf } from '../tensor/session.ts'

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
  const size = channels + 1
  const graph = new Graph()
  const x = graph.input('x', 'float32', [rows, channels])
  const t = graph.input('t', 'float32', [rows, problems])
  const weight = graph.input('weight', 'float32', [rows, problems])
  const w = graph.input('w', 'float32', [problems, channels])
  const b = graph.input('b', 'float32', [problems])
  const logits = add(matmul(x, transpose(w)), b)
  const data = sum(mul(binaryEntropy(logits, t), weight), [0])
  const loss = add(data, mul(sum(square(w), [1]), options.penalty / 2))
  // Each problem has its own weights, so the gradient of the sum is the gradients of the parts.
  const [dw, db] = gradients(sum(loss), [w, b])
  for (const [name, value] of Object.entries({ loss, dw, db })) graph.output(name, value)

  const session = await Session.open(onnxModel(graph), { device: options.device })
  try {
    const fixed: Record<string, Tensor> = {
      x: tensorOf('float32', inputs, [rows, channels]),
      t: tensorOf('float32', Float32Array.from(targets), [rows, problems]),
      weight: tensorOf('float32', shareOfKnown(targets, problems), [rows, problems]),
    }
    const weights = new Float32Array(problems * channels)
    const biases = new Float32Array(problems)
    const split = (point: Float32Array): void => {
      for (let k = 0; k < problems; k++) {
        weights.set(point.subarray(k * size, k * size + channels), k * channels)
        biases[k] = point[k * size + channels]
      }
    }
    const evaluate = async (point: Float32Array) => {
      split(point)
      const results = await session.run({
        ...fixed,
        w: tensorOf('float32', weights, [problems, channels]),
        b: tensorOf('float32', biases, [problems]),
      })
      const [slopes, shifts] = [results.dw.data as Float32Array, results.db.data as Float32Array]
      const gradient = new Float32Array(point.length)
      for (let k = 0; k < problems; k++) {
        gradient.set(slopes.subarray(k * channels, (k + 1) * channels), k * size)
        gradient[k * size + channels] = shifts[k]
      }
      return { loss: results.loss.data as Float32Array, gradient }
    }
    split(
      await minimize(evaluate, new Float32Array(problems * size), problems, {
        iterations: options.iterations,
        signal: options.signal,
      }),
    )
    return { weights, biases }
  } finally {
    await session.close()
  }
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
