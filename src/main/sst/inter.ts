/** Cross-image transfer (METHOD 1, CST): from images where a label is known to similar ones where it isn't. */

import { elements, type Value } from '../tensor/graph/graph.ts'
import { normalize } from '../tensor/operators/composed.ts'
import {
  add,
  cast,
  div,
  equal,
  greater,
  greaterOrEqual,
  lessOrEqual,
  maximum,
  minimum,
  mul,
  stopGradient,
  sub,
  where,
} from '../tensor/operators/elementwise.ts'
import { gather, reshape, transpose } from '../tensor/operators/layout.ts'
import { matmul } from '../tensor/operators/matrix.ts'
import { cumulativeSum, largest, sum } from '../tensor/operators/reduction.ts'
import { type PseudoTargets, pseudoTargets } from './pseudoLabels.ts'

/**
 * κ[c,b,b'] = cosine(f_bc, f_b'c).
 * @param features f, [B, C, D]
 * @returns the unit features, [C, B, D], and κ, [C, B, B]
 */
export function batchSimilarity(features: Value): { unit: Value; similarity: Value } {
  const unit = normalize(transpose(features, [1, 0, 2]))
  return { unit, similarity: matmul(unit, transpose(unit)) }
}

/**
 * y ∪ inter (METHOD 1): the score of an unknown (b,c) is the mean cosine of f_bc with the bank of c, which holds the batch's own
 * known positives first.
 *
 * The mean cosine with a bank is a product with the sum of its unit vectors, so the bank itself stays outside the graph.
 * @param batch unit features and κ, from `batchSimilarity`
 * @param bankSum Σ of the unit exemplars that stay in the bank after this batch is pushed, [C, D]
 * @param bankCount what the sum of cosines is divided by, [C]
 * @param target y, [B, C]
 * @param threshold θ_inter, a scalar
 * @param bothWays see `pseudoTargets`
 * @returns with the scores, [B, C]
 */
export function interTargets(
  batch: { unit: Value; similarity: Value },
  bankSum: Value,
  bankCount: Value,
  target: Value,
  threshold: Value,
  bothWays = false,
): { scores: Value } & PseudoTargets {
  const [labels, images] = [batch.unit.size(0), batch.unit.size(1)]
  const unit = stopGradient(batch.unit)
  const present = cast(equal(target, 1), target.type)
  const fromBank = matmul(unit, reshape(bankSum, [labels, bankSum.size(1), 1]))
  const fromBatch = matmul(stopGradient(batch.similarity), reshape(transpose(present), [labels, images, 1]))
  const total = transpose(reshape(add(fromBank, fromBatch), [labels, images]))
  // An empty bank is no evidence: score 0 (METHOD 3, repair 3).
  const scores = where(equal(bankCount, 0), 0, div(total, maximum(bankCount, 1)))
  return { scores, ...pseudoTargets(scores, target, threshold, greater(bankCount, 0), bothWays) }
}

/** The pairs b < b' of a batch, as indices into a flat row-major [B, B]. */
export function imagePairs(images: number): number[] {
  const indices: number[] = []
  for (let i = 0; i < images; i++) for (let j = i + 1; j < images; j++) indices.push(i * images + j)
  return indices
}

/**
 * L_dist (METHOD 1), over the image pairs b < b' and all labels: 1-κ if both are present, 1+κ if one or both are absent. With n
 * pairs of the first kind, each of the two others is cut to 2n random pairs and the n largest (a pair that is both counts twice);
 * with n = 0 they are used in full. The result is one mean, or 0 if there is no pair of any kind.
 * @param similarity κ, [C, B, B]
 * @param target y, [B, C]
 * @param order a random permutation of 0 … B(B-1)/2-1, int64: the order in which the 2n pairs are drawn
 * @returns a scalar
 */
export function distanceLoss(similarity: Value, target: Value, order: Value): Value {
  const { graph } = similarity
  const [labels, images] = [similarity.size(0), similarity.size(1)]
  const drawn = gather(graph.integers(imagePairs(images)), order)
  /** [C, B, B] → [P, C] in the order drawn: pairs first, as the reference lists them. */
  const pairwise = (x: Value): Value => gather(transpose(reshape(x, [labels, images * images])), drawn)
  const known = transpose(target)
  const left = reshape(known, [labels, images, 1])
  const right = reshape(known, [labels, 1, images])
  const product = pairwise(mul(left, right))
  const signs = pairwise(add(left, right))
  const kappa = pairwise(similarity)
  const both = cast(greater(signs, 1.5), 'float32')
  const n = sum(both)
  const mixed = cutWeights(cast(equal(product, -1), 'float32'), kappa, n)
  const absent = cutWeights(cast(lessOrEqual(signs, -1.5), 'float32'), kappa, n)
  const others = add(mixed, absent)
  const total = add(sum(mul(both, sub(1, kappa))), sum(mul(others, add(kappa, 1))))
  return div(total, maximum(add(n, sum(others)), 1))
}

/** How often each pair of a kind counts: once if among the first 2n, once more if among the n largest κ; always once if n = 0. */
function cutWeights(kind: Value, kappa: Value, n: Value): Value {
  const count = elements(kind.shape)
  const flat = reshape(kind, [count])
  const rank = reshape(cumulativeSum(flat, 0), kind.shape)
  const early = mul(kind, cast(lessOrEqual(rank, mul(n, 2)), 'float32'))
  const own = where(greater(kind, 0), stopGradient(kappa), -2)
  const sorted = largest(reshape(own, [count]), count)
  // The bar is the n-th largest value of this kind, or the smallest if there are fewer.
  const last = cast(sub(maximum(minimum(n, sum(flat)), 1), 1), 'int64')
  const bar = gather(reshape(sorted, [count, 1]), reshape(last, [1]))
  const top = mul(kind, cast(greaterOrEqual(own, reshape(bar, [1, 1])), 'float32'))
  return where(equal(n, 0), kind, add(early, top))
}
