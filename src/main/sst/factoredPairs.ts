/** Intra-image transfer for many labels: its cost grows with C, not with C² (METHOD 2, many labels). */

import type { Value } from '../tensor/graph/graph.ts'
import {
  abs,
  add,
  cast,
  div,
  equal,
  greater,
  maximum,
  mul,
  sigmoid,
  stopGradient,
  sub,
} from '../tensor/operators/elementwise.ts'
import { reshape, transpose } from '../tensor/operators/layout.ts'
import { linear, matmul } from '../tensor/operators/matrix.ts'
import { sum } from '../tensor/operators/reduction.ts'
import { meanOfPairs, pairEntries } from './intra.ts'
import { type PseudoTargets, pseudoTargets } from './pseudoLabels.ts'

type Lookup = (name: string) => Value

/** P: how many of an image's known present labels are used as evidence for its other labels in one step. */
export const maxMembers = 16

/** The shapes of the parameters, instead of `intraShapes`: 2 C r numbers rather than O for each of C(C-1)/2 pairs. */
export function factoredPairShapes(sizes: {
  labels: number
  channels: number
  rank: number
}): Record<string, number[]> {
  const { labels, channels, rank } = sizes
  return {
    'intra.member.weight': [rank, channels],
    'intra.member.label': [labels, rank],
    'intra.other.weight': [rank, channels],
    'intra.other.label': [labels, rank],
    'intra.other.bias': [labels],
  }
}

/** The pairs that are computed for a batch. */
export interface FactoredPairs {
  /** g, [B, P, C] */
  logits: Value
  /** 1 where label c is the p-th member of image b, else 0: [B, P, C] */
  isMember: Value
}

/**
 * The probability of label c given that k is present, only for known present labels k: a bilinear form of rank r in the features
 * of both, with factors for each label (METHOD 2, many labels):
 *
 *     g_c|k = (U f_k + a_k)ᵀ (V f_c + b_c) + β_c      R_c|k = σ(g_c|k)      U, V: r×D      a_k, b_c ∈ Rʳ
 *
 * Expanded, a_kᵀ b_c is the labels' co-occurrence in general, f_kᵀ Uᵀ V f_c is what the image says about both, and the mixed
 * terms are what it says about one of them. Unlike R_ij it isn't symmetric: trained only where k is present, it is a
 * conditional probability from the outset.
 * @param features f, [B, C, D]
 * @param members the labels k of each image, int64 [B, P]; -1 where an image has fewer
 */
export function factoredPairLogits(features: Value, members: Value, parameter: Lookup): FactoredPairs {
  const { graph } = features
  const [images, labels] = [features.size(0), features.size(1)]
  const most = members.size(1)
  const numbers = graph.constant(
    'int64',
    BigInt64Array.from({ length: labels }, (_, label) => BigInt(label)),
    [labels],
  )
  // Members are picked by a matrix product, which has a gradient. -1 equals no label, so it picks zeros.
  const isMember = cast(equal(reshape(members, [images, most, 1]), numbers), 'float32')
  const left = add(linear(features, parameter('intra.member.weight')), parameter('intra.member.label'))
  const right = add(linear(features, parameter('intra.other.weight')), parameter('intra.other.label'))
  const logits = add(matmul(matmul(isMember, left), transpose(right)), parameter('intra.other.bias'))
  return { logits, isMember }
}

/**
 * L_cooc (METHOD 1) over the pairs of a known present k and another label c. As in `cooccurrenceLoss`, the target is 1 if both
 * are known present.
 * @param target y, [B, C]
 * @param maskUnknown leave out pairs whose c is unknown (METHOD 3, repair 1), rather than treat it as absent
 * @returns a scalar; 0 if there is no pair
 */
export function factoredPairLoss({ logits, isMember }: FactoredPairs, target: Value, maskUnknown: boolean): Value {
  const others = reshape(target, [target.size(0), 1, target.size(1)])
  const entries = pairEntries(logits, equal(others, 1))
  const isPair = sub(sum(isMember, [2], true), isMember)
  return meanOfPairs(entries, maskUnknown ? mul(isPair, abs(others)) : isPair)
}

/**
 * y ∪ intra (METHOD 1): the score of an unknown c is the mean of R_c|k over the image's members k, or 0 if it has none.
 * @param target y, [B, C]
 * @param threshold θ_intra, a scalar
 * @param bothWays see `pseudoTargets`
 * @returns with the scores, [B, C]
 */
export function factoredIntraTargets(
  { logits, isMember }: FactoredPairs,
  target: Value,
  threshold: Value,
  bothWays = false,
): { scores: Value } & PseudoTargets {
  const isUsed = sum(isMember, [2], true)
  const count = sum(isUsed, [1])
  const total = sum(mul(stopGradient(sigmoid(logits)), isUsed), [1])
  // Without a member the total is 0, and so is the score (METHOD 3, repair 3).
  const scores = div(total, maximum(count, 1))
  return { scores, ...pseudoTargets(scores, target, threshold, greater(count, 0), bothWays) }
}
