import type { Value } from '../tensor/graph/graph.ts'
import { abs, cast, div, greater, maximum, mul, neg, softplus } from '../tensor/operators/elementwise.ts'
import { sum } from '../tensor/operators/reduction.ts'

/**
 * cls(s,t) (METHOD 1): the mean over the entries with |t| = 1 of softplus(-s) if t = +1, softplus(s) if t = -1; 0 if there is
 * no such entry.
 * @param logits s, [B, C]
 * @param target t in {+1, -1, 0}, [B, C]
 */
export function knownLoss(logits: Value, target: Value): Value {
  const known = cast(greater(abs(target), 0.5), 'float32')
  return weightedLoss(logits, target, known)
}

/** The same as a weighted mean. @param weight [B, C] */
export function weightedLoss(logits: Value, target: Value, weight: Value): Value {
  const entries = logisticLoss(logits, target)
  return div(sum(mul(entries, weight)), maximum(sum(weight), 1e-6))
}

/** softplus(-t s), entry by entry. */
export function logisticLoss(logits: Value, target: Value): Value {
  return softplus(neg(mul(target, logits)))
}
