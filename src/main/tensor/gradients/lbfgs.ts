/** The losses and gradients of several independent problems. */
export interface Evaluation {
  /** [problems] */
  loss: Float32Array
  /** [problems × size] */
  gradient: Float32Array
}

export interface LbfgsOptions {
  iterations?: number
  /** How many past steps shape the next one. */
  memory?: number
  /** A problem is done when the largest entry of its gradient is below this. */
  tolerance?: number
  signal?: AbortSignal
}

/**
 * Minimises many smooth problems of the same size at once by limited-memory BFGS (Nocedal 1980): they share each evaluation,
 * which is one run of a graph, but each has its own curvature, step length and end.
 *
 * It is what the baseline is trained with: like gradient descent, it barely moves weights along directions that the data hardly
 * determine. Adam does move them, and so overfits a linear head with more channels than known labels.
 * @param start [problems × size]; not changed
 * @returns the best point found, [problems × size]
 */
export async function minimize(
  evaluate: (point: Float32Array) => Promise<Evaluation>,
  start: Float32Array,
  problems: number,
  options: LbfgsOptions = {},
): Promise<Float32Array> {
  const { iterations = 60, memory = 8, tolerance = 1e-5, signal } = options
  const size = start.length / problems
  const point = start.slice()
  let { loss, gradient } = await evaluate(point)
  loss = loss.slice()
  gradient = gradient.slice()
  const histories = Array.from({ length: problems }, () => new History(memory))
  const done = new Uint8Array(problems)
  for (let iteration = 0; iteration < iterations; iteration++) {
    signal?.throwIfAborted()
    const directions = new Float32Array(start.length)
    const slopes = new Float32Array(problems)
    const steps = new Float32Array(problems)
    for (let k = 0; k < problems; k++) {
      const g = gradient.subarray(k * size, (k + 1) * size)
      if (done[k] || largestEntry(g) < tolerance) {
        done[k] = 1
        continue
      }
      const d = histories[k].direction(g)
      slopes[k] = dot(g, d)
      // The first step has no curvature to use, so its length is limited to 1.
      steps[k] = histories[k].empty ? Math.min(1, 1 / Math.sqrt(-slopes[k])) : 1
      directions.set(d, k * size)
    }
    if (done.every((flag) => flag === 1)) break
    const moved = await lineSearch(
      evaluate,
      { point, loss, gradient },
      directions,
      slopes,
      steps,
      done,
      histories,
      size,
    )
    if (!moved) break
  }
  return point
}

interface Current {
  point: Float32Array
  loss: Float32Array
  gradient: Float32Array
}

/** Halves each problem's step until its loss falls enough (Armijo), then takes it. @returns whether any problem moved */
async function lineSearch(
  evaluate: (point: Float32Array) => Promise<Evaluation>,
  current: Current,
  directions: Float32Array,
  slopes: Float32Array,
  steps: Float32Array,
  done: Uint8Array,
  histories: History[],
  size: number,
): Promise<boolean> {
  const open = Uint8Array.from(done, (flag) => 1 - flag)
  let moved = false
  for (let attempt = 0; attempt < 12 && open.includes(1); attempt++) {
    const trial = current.point.slice()
    open.forEach((flag, k) => {
      if (flag) for (let i = k * size; i < (k + 1) * size; i++) trial[i] += steps[k] * directions[i]
    })
    const next = await evaluate(trial)
    open.forEach((flag, k) => {
      if (!flag) return
      if (!(next.loss[k] <= current.loss[k] + 1e-4 * steps[k] * slopes[k])) {
        steps[k] /= 2
        return
      }
      const [from, to] = [k * size, (k + 1) * size]
      histories[k].add(
        trial.subarray(from, to).map((x, i) => x - current.point[from + i]),
        next.gradient.subarray(from, to).map((x, i) => x - current.gradient[from + i]),
      )
      current.point.set(trial.subarray(from, to), from)
      current.gradient.set(next.gradient.subarray(from, to), from)
      current.loss[k] = next.loss[k]
      open[k] = 0
      moved = true
    })
  }
  // If no step improves a problem, it has converged as far as float32 allows.
  open.forEach((flag, k) => {
    if (flag) done[k] = 1
  })
  return moved
}

/** The latest steps of one problem, and the search direction derived from them. */
class History {
  readonly #memory: number
  readonly #steps: { moved: Float32Array; turned: Float32Array; curvature: number }[] = []

  constructor(memory: number) {
    this.#memory = memory
  }

  get empty(): boolean {
    return this.#steps.length === 0
  }

  add(moved: Float32Array, turned: Float32Array): void {
    const curvature = dot(moved, turned)
    if (!(curvature > 1e-12)) return
    this.#steps.push({ moved, turned, curvature })
    if (this.#steps.length > this.#memory) this.#steps.shift()
  }

  /** -H g, by the two-loop recursion. */
  direction(gradient: Float32Array): Float32Array {
    const d = gradient.map((x) => -x)
    const weights: number[] = []
    for (const { moved, turned, curvature } of this.#steps.toReversed()) {
      const weight = dot(moved, d) / curvature
      weights.push(weight)
      addScaled(d, turned, -weight)
    }
    const last = this.#steps.at(-1)
    if (last) {
      const scale = last.curvature / dot(last.turned, last.turned)
      for (let i = 0; i < d.length; i++) d[i] *= scale
    }
    for (const { moved, turned, curvature } of this.#steps) {
      addScaled(d, moved, weights.pop()! - dot(turned, d) / curvature)
    }
    return d
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function addScaled(target: Float32Array, x: Float32Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * x[i]
}

function largestEntry(x: Float32Array): number {
  let most = 0
  for (let i = 0; i < x.length; i++) most = Math.max(most, Math.abs(x[i]))
  return most
}
