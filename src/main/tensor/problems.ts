import { gradients } from './gradients.ts'
import { elements, type Graph, type Value } from './graph.ts'
import { minimize } from './lbfgs.ts'
import { onnxModel } from './model.ts'
import { sum } from './reduction.ts'
import { type Device, Session, type Tensor, tensorOf } from './session.ts'

/** Smooth problems of the same shape, each with weights of its own, that share one pass over the data. */
export interface Problems {
  graph: Graph
  /** [problems] */
  loss: Value
  /** Inputs of the graph whose first axis is the problem. */
  weights: readonly Value[]
  /** All other inputs of the graph. */
  feeds: Record<string, Tensor>
}

export interface SolveOptions {
  iterations: number
  device: Device
  signal?: AbortSignal
}

/**
 * The weights that make each loss smallest, by L-BFGS from zero. Each evaluation of all problems is one run of the graph.
 * @returns in the order of `weights`, shaped as they are
 * @throws the signal's reason when cancelled
 */
export async function solveProblems(
  { graph, loss, weights, feeds }: Problems,
  { iterations, device, signal }: SolveOptions,
): Promise<Float32Array[]> {
  const problems = loss.size(0)
  const sizes = weights.map(({ shape }) => elements(shape) / problems)
  const size = sizes.reduce((total, one) => total + one, 0)
  // Each problem has its own weights, so the gradient of the sum is the gradients of the parts.
  const slopes = gradients(sum(loss), weights)
  graph.output('loss', loss)
  slopes.forEach((slope, i) => {
    graph.output(`slope${i}`, slope)
  })
  const parts = sizes.map((one) => new Float32Array(one * problems))
  /** A point has the weights of one problem after those of the other. */
  const eachPart = (visit: (part: number, at: number, from: number, length: number) => void): void => {
    for (let k = 0; k < problems; k++) {
      let from = k * size
      sizes.forEach((one, part) => {
        visit(part, k * one, from, one)
        from += one
      })
    }
  }
  const split = (point: Float32Array): void =>
    eachPart((part, at, from, length) => parts[part].set(point.subarray(from, from + length), at))

  const session = await Session.open(onnxModel(graph), { device })
  try {
    const evaluate = async (point: Float32Array) => {
      split(point)
      const trial = weights.map(({ name, shape }, i) => [name, tensorOf('float32', parts[i], shape as number[])])
      const results = await session.run({ ...feeds, ...Object.fromEntries(trial) })
      const gradient = new Float32Array(point.length)
      eachPart((part, at, from, length) => {
        const slope = results[`slope${part}`].data as Float32Array
        gradient.set(slope.subarray(at, at + length), from)
      })
      return { loss: results.loss.data as Float32Array, gradient }
    }
    split(await minimize(evaluate, new Float32Array(problems * size), problems, { iterations, signal }))
    return parts
  } finally {
    await session.close()
  }
}
