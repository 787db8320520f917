import type { Logit, Probability } from '../domain/quantities.ts'
/** Logistic regression with a handful of weights. */

export interface LogisticProblem {
  /** [n, P] row-major */
  inputs: Float64Array
  /** 1 or 0, [n] */
  targets: Uint8Array
  /** The mean of the weights' Gaussian prior, [P] */
  prior: Float64Array
  /** Its inverse variance, [P] */
  precision: Float64Array
}

/**
 * The maximum a posteriori weights, which minimise Σ log(1 + e^(-t w·x)) + ½ Σ precision (w - prior)², t = ±1; by Newton's method
 * with step halving. Without any entries, the result is the prior.
 * @returns w, [P]
 */
export function fitLogistic({ inputs, targets, prior, precision }: LogisticProblem): Float64Array {
  const size = prior.length
  let weights = prior.slice()
  let loss = penalizedLoss(weights, { inputs, targets, prior, precision })
  for (let iteration = 0; iteration < 50; iteration++) {
    const { gradient, curvature } = slopes(weights, { inputs, targets, prior, precision })
    const step = solve(curvature, gradient, size)
    let scale = 1
    let next = weights
    let nextLoss = Number.POSITIVE_INFINITY
    while (scale > 1e-6) {
      next = weights.map((w, i) => w - scale * step[i])
      nextLoss = penalizedLoss(next, { inputs, targets, prior, precision })
      if (nextLoss <= loss) break
      scale /= 2
    }
    if (!(nextLoss <= loss)) break
    const gain = loss - nextLoss
    weights = next
    loss = nextLoss
    if (gain < 1e-9 * (1 + Math.abs(loss))) break
  }
  return weights
}

export function logistic(x: Logit): Probability {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))
}

/** log(1 + eˣ) without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

function penalizedLoss(weights: Float64Array, { inputs, targets, prior, precision }: LogisticProblem): number {
  const size = weights.length
  let loss = 0
  for (let i = 0; i < size; i++) loss += 0.5 * precision[i] * (weights[i] - prior[i]) ** 2
  for (let row = 0; row < targets.length; row++) {
    let z = 0
    for (let i = 0; i < size; i++) z += weights[i] * inputs[row * size + i]
    loss += softplus(targets[row] === 1 ? -z : z)
  }
  return loss
}

function slopes(weights: Float64Array, { inputs, targets, prior, precision }: LogisticProblem) {
  const size = weights.length
  const gradient = weights.map((w, i) => precision[i] * (w - prior[i]))
  const curvature = new Float64Array(size * size)
  for (let i = 0; i < size; i++) curvature[i * size + i] = precision[i]
  for (let row = 0; row < targets.length; row++) {
    const x = inputs.subarray(row * size, (row + 1) * size)
    let z = 0
    for (let i = 0; i < size; i++) z += weights[i] * x[i]
    const p = logistic(z)
    const error = p - targets[row]
    const weight = p * (1 - p)
    for (let i = 0; i < size; i++) {
      gradient[i] += error * x[i]
      for (let j = 0; j <= i; j++) curvature[i * size + j] += weight * x[i] * x[j]
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) curvature[j * size + i] = curvature[i * size + j]
  return { gradient, curvature }
}

/** Solves A x = b for a positive definite A (Cholesky); a tiny ridge keeps x bounded along flat directions. */
function solve(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j] + (i === j ? 1e-9 : 0)
      for (let k = 0; k < j; k++) sum -= lower[i * size + k] * lower[j * size + k]
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j * size + j]
    }
  }
  const x = b.slice()
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * size + k] * x[k]
    x[i] /= lower[i * size + i]
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i] -= lower[k * size + i] * x[k]
    x[i] /= lower[i * size + i]
  }
  return x
}
