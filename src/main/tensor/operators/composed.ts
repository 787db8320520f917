/** Operators composed of others, which give them their gradients. */

import type { Value } from '../graph/graph.ts'
import { add, cast, div, erf, greaterOrEqual, mul, sqrt, square, stopGradient, sub } from './elementwise.ts'
import { slice } from './layout.ts'
import { largest, mean, sum } from './reduction.ts'

/** x scaled to Euclidean length 1 along an axis; a zero vector stays zero. */
export function normalize(x: Value, axis = -1, epsilon = 1e-12): Value {
  return div(x, sqrt(add(sum(square(x), [axis], true), epsilon)))
}

/** (x - mean) / √(variance + ε) over the last axis, then scale and shift. */
export function layerNormalization(x: Value, scale: Value, shift: Value, epsilon = 1e-5): Value {
  const centred = sub(x, mean(x, [-1], true))
  const variance = mean(square(centred), [-1], true)
  return add(mul(div(centred, sqrt(add(variance, epsilon))), scale), shift)
}

/** x Φ(x), with the exact Φ. */
export function gelu(x: Value): Value {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1))
}

/** 1/k for the k largest entries along the last axis, 0 elsewhere. Entries that tie for the last ranks share them equally. */
export function sharesOfLargest(x: Value, k: number): Value {
  const values = largest(stopGradient(x), k)
  const threshold = slice(values, -1, k - 1, k)
  const chosen = cast(greaterOrEqual(stopGradient(x), threshold), x.type)
  return div(chosen, sum(chosen, [-1], true))
}

/** The mean of the k largest entries along the last axis. */
export function meanOfLargest(x: Value, k: number): Value {
  return dot(x, sharesOfLargest(x, k))
}

/** Σ a ⊙ b over the last axis. */
export function dot(a: Value, b: Value): Value {
  return sum(mul(a, b), [-1])
}
