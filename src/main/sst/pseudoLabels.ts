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

/** What an unknown label counts as, by its transferred score. */
export interface PseudoTargets {
  /** y with pseudo labels in place of 0 where a score is sure: [B, C] */
  targets: Value
  /** How much each entry counts in the loss: 1 where known, 0 where nothing is sure. [B, C] */
  weights: Value
}

/**
 * y ∪ transferred (METHOD 1): an unknown entry with a score of θ or more counts as present.
 *
 * As published there are positives only, which shift every probability up. Both ways (METHOD 3, repair 5) a score of 1-θ or less
 * counts as absent, and each counts by its score: s as present, 1-s as absent.
 * @param scores [B, C]
 * @param target y, [B, C]
 * @param threshold θ, a scalar
 * @param speaks whether anything stands behind the score: without, it is 0 and says nothing. Broadcasts with y
 */
export function pseudoTargets(
  scores: Value,
  target: Value,
  threshold: Value,
  speaks: Value,
  bothWays: boolean,
): PseudoTargets {
  const isUnknown = equal(target, 0)
  const present = and(isUnknown, greaterOrEqual(scores, threshold))
  const withPresent = where(present, 1, target)
  const known = cast(greater(abs(target), 0.5), 'float32')
  if (!bothWays) return { targets: withPresent, weights: cast(greater(abs(withPresent), 0.5), 'float32') }
  const absent = and(and(isUnknown, speaks), lessOrEqual(scores, sub(1, threshold)))
  const asPresent = mul(cast(present, 'float32'), scores)
  const asAbsent = mul(cast(absent, 'float32'), sub(1, maximum(scores, 0)))
  return { targets: where(absent, -1, withPresent), weights: add(known, add(asPresent, asAbsent)) }
}
