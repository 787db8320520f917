import type { Value } from '../tensor/graph/graph.ts'
import { abs, cast, div, greater, maximum, mul, neg, softplus } from '../tensor/operators/elementwise.ts'
import { sum } from '../tensor/operators/reduction.ts'

/**
 * cls(s,t) (METHOD 1): the mean over the entries with |t| = 1 of softplus(-s) where t = +1, softplus(s) where t = -1; 0 without
 * such an entry.
 * @param logits s, [B, C]
 * @param target t in {+1, -1, 0}, [B, C]
 */
export function knownLoss(logits: Value, target: Value): Value {
  const known = cast(greater(abs(target), 0.5), 'float32')
  return weightedLoss(logits, target, known)
}

/** The same with a weight for each entry, [B, C], divided by the sum of the weights. */
export function weightedLoss(logits: Value, target: Value, weight: Value): Value {
  const entries = binaryEntropy(logits, target)
  return div(sum(mul(entries, weight)), maximum(sum(weight), 1e-6))
}

/** softplus(-t s), entry by entry. */
export function binaryEntropy(logits: Value, target: Value): Value {
  return softplus(neg(mul(target, logits)))
}
