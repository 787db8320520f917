import { gradients } from '../gradients/gradients.ts'
import { minimize } from '../gradients/lbfgs.ts'
import { onnxModel } from '../onnx/model.ts'
import { sum } from '../operators/reduction.ts'
import { type Device, Session, type Tensor, tensorOf } from '../run/session.ts'
import { elements, type Graph, type Value } from './graph.ts'

/** Smooth minimisation problems of the same shape, each with its own weights, that share each pass over the data. */
export interface Problems {
  graph: Graph
  /** [problems] */
  loss: Value
  /** Inputs of the graph whose first axis is the problem. */
  weights: readonly Value[]
}

export interface SolveOptions {
  iterations: number
  signal?: AbortSignal
  /** In the order and shapes of the weights. @default zeros */
  start?: readonly Float32Array[]
}

/** Solves the problems of one graph, for any data. */
export class ProblemSolver {
  readonly #session: Session
  readonly #weights: readonly Value[]
  readonly #problems: number
  /** The size of each weight tensor for one problem. */
  readonly #sizes: readonly number[]

  private constructor(session: Session, weights: readonly Value[], problems: number) {
    this.#session = session
    this.#weights = weights
    this.#problems = problems
    this.#sizes = weights.map(({ shape }) => elements(shape) / problems)
  }

  static async open({ graph, loss, weights }: Problems, device: Device): Promise<ProblemSolver> {
    // Problems don't share weights, so the gradient of the sum consists of their own gradients.
    const slopes = gradients(sum(loss), weights)
    graph.output('loss', loss)
    slopes.forEach((slope, i) => {
      graph.output(`slope${i}`, slope)
    })
    return new ProblemSolver(await Session.open(onnxModel(graph), { device }), weights, loss.size(0))
  }

  /**
   * Minimises every loss by L-BFGS. Each evaluation of all problems is one run of the graph.
   * @param feeds all other inputs of the graph
   * @returns the best weights, in the order and shapes of `weights`
   * @throws the signal's reason when cancelled
   */
  async solve(
    feeds: Record<string, Tensor>,
    { iterations, signal, start }: SolveOptions,
  ): Promise<Float32Array<ArrayBuffer>[]> {
    const parts = this.#sizes.map((size) => new Float32Array(size * this.#problems))
    const split = (point: Float32Array): void =>
      this.#eachPart((part, at, from, length) => parts[part].set(point.subarray(from, from + length), at))
    const evaluate = async (point: Float32Array) => {
      split(point)
      const trial = this.#weights.map(({ name, shape }, i) => [name, tensorOf('float32', parts[i], shape as number[])])
      const results = await this.#session.run({ ...feeds, ...Object.fromEntries(trial) })
      const slopes = this.#sizes.map((_, i) => results[`slope${i}`].data as Float32Array)
      return { loss: results.loss.data as Float32Array, gradient: this.#joined(slopes) }
    }
    const first = this.#joined(start ?? parts)
    split(await minimize(evaluate, first, this.#problems, { iterations, signal }))
    return parts
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  #joined(parts: readonly Float32Array[]): Float32Array {
    const point = new Float32Array(parts.reduce((total, { length }) => total + length, 0))
    this.#eachPart((part, at, from, length) => point.set(parts[part].subarray(at, at + length), from))
    return point
  }

  /** Visits the parts of a point, which holds the weights problem by problem. */
  #eachPart(visit: (part: number, at: number, from: number, length: number) => void): void {
    let from = 0
    for (let k = 0; k < this.#problems; k++) {
      this.#sizes.forEach((size, part) => {
        visit(part, k * size, from, size)
        from += size
      })
    }
  }
}

/** Solves problems once, from zero: see `ProblemSolver`. */
export async function solveProblems(
  { feeds, ...problems }: Problems & { feeds: Record<string, Tensor> },
  { device, ...options }: SolveOptions & { device: Device },
): Promise<Float32Array[]> {
  const solver = await ProblemSolver.open(problems, device)
  try {
    return await solver.solve(feeds, options)
  } finally {
    await solver.close()
  }
}
