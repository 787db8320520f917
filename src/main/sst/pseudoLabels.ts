import type { Value } from '../tensor/graph/graph.ts'
import {
  abs,
  add,
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  lessOrEqual,
  maximum,
  mul,
  sub,
  where,
} from '../tensor/operators/elementwise.ts'

/** Targets with pseudo labels for unknown entries, by their transferred scores. */
export interface PseudoTargets {
  /** y, with pseudo labels instead of 0 where the score is clear enough, [B, C] */
  targets: Value
  /** The weight of each entry in the loss: 1 if known, 0 if neither known nor pseudo-labelled, [B, C] */
  weights: Value
}

/**
 * y ∪ transferred (METHOD 1): an unknown entry with a score of θ or more counts as present.
 *
 * As published, there are only positive pseudo labels, which shift all probabilities up. With `bothWays` (METHOD 3, repair 5), a
 * score of 1-θ or less counts as absent, and pseudo labels are weighted: s if present, 1-s if absent.
 * @param scores [B, C]
 * @param target y, [B, C]
 * @param threshold θ, a scalar
 * @param hasEvidence whether the score rests on anything; if not, its value of 0 is meaningless. Broadcasts with y
 */
export function pseudoTargets(
  scores: Value,
  target: Value,
  threshold: Value,
  hasEvidence: Value,
  bothWays: boolean,
): PseudoTargets {
  const isUnknown = equal(target, 0)
  const present = and(isUnknown, greaterOrEqual(scores, threshold))
  const withPresent = where(present, 1, target)
  const known = cast(greater(abs(target), 0.5), 'float32')
  if (!bothWays) return { targets: withPresent, weights: cast(greater(abs(withPresent), 0.5), 'float32') }
  const absent = and(and(isUnknown, hasEvidence), lessOrEqual(scores, sub(1, threshold)))
  const asPresent = mul(cast(present, 'float32'), scores)
  const asAbsent = mul(cast(absent, 'float32'), sub(1, maximum(scores, 0)))
  return { targets: where(absent, -1, withPresent), weights: add(known, add(asPresent, asAbsent)) }
}
