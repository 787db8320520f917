/** Intra-image transfer (METHOD 1, IST): from an image's known labels to its unknown ones. */

import type { Graph, Value } from '../tensor/graph/graph.ts'
import { dot } from '../tensor/operators/composed.ts'
import {
  abs,
  add,
  and,
  cast,
  div,
  equal,
  greater,
  log,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  sigmoid,
  square,
  stopGradient,
  sub,
  where,
} from '../tensor/operators/elementwise.ts'
import { concat, gather, reshape, slice, transpose } from '../tensor/operators/layout.ts'
import { linear, matmul } from '../tensor/operators/matrix.ts'
import { mean, sum } from '../tensor/operators/reduction.ts'
import { type PseudoTargets, pseudoTargets } from './pseudoLabels.ts'

/** Bounds R_ck / p_k for a known positive k that the network still considers unlikely. */
const minProbability = 0.1

type Lookup = (name: string) => Value

/** The unordered pairs i < j of C labels, row-major: (0,1), (0,2) …; two lists of C(C-1)/2. */
export function labelPairs(labels: number): { first: number[]; second: number[] } {
  const first: number[] = []
  const second: number[] = []
  for (let i = 0; i < labels; i++) {
    for (let j = i + 1; j < labels; j++) {
      first.push(i)
      second.push(j)
    }
  }
  return { first, second }
}

function pairIndices(graph: Graph, labels: number): { first: Value; second: Value } {
  const { first, second } = labelPairs(labels)
  return { first: graph.integers(first), second: graph.integers(second) }
}

/** Selects the given labels, [P], of x, [B, C, …]. @returns [B, P, …] */
function atLabels(x: Value, labels: Value): Value {
  const order = [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]
  return transpose(gather(transpose(x, order), labels), order)
}

/**
 * u_c = Wa f_c + ba,  g_ij = v'_ijᵀ( Wc relu( Wb [u_i ; u_j] + bb ) + bc ) + β'_ij for every pair i < j (METHOD 1).
 *
 * Wb [u_i ; u_j] = WbL u_i + WbR u_j takes C products instead of C(C-1)/2, and Wc and v'_ij fold into Wcᵀ v'_ij (METHOD 2).
 * @param features f, [B, C, D]
 * @returns g, [B, C(C-1)/2]
 */
export function cooccurrenceLogits(features: Value, parameter: Lookup): Value {
  const { graph } = features
  const { first, second } = pairIndices(graph, features.size(1))
  const u = linear(features, parameter('intra.reduce.weight'), parameter('intra.reduce.bias'))
  const pair = parameter('intra.pair.weight')
  const width = u.size(2)
  const left = linear(u, slice(pair, 1, 0, width), parameter('intra.pair.bias'))
  const right = linear(u, slice(pair, 1, width, 2 * width))
  // With the pairs first, [P, B, O], labels are gathered as contiguous blocks, and a pair's dot products are one matrix product.
  const joined = relu(add(gather(transpose(left, [1, 0, 2]), first), gather(transpose(right, [1, 0, 2]), second)))
  const classifier = parameter('intra.classifier.weight')
  const folded = matmul(classifier, parameter('intra.hidden.weight'))
  const shift = add(dot(classifier, parameter('intra.hidden.bias')), parameter('intra.classifier.bias'))
  const [pairs, images] = [joined.size(0), joined.size(1)]
  const logits = matmul(joined, reshape(folded, [pairs, folded.size(1), 1]))
  return add(transpose(reshape(logits, [pairs, images])), shift)
}

/**
 * L_cooc (METHOD 1), with p = R_ij, the mean over all pairs: -(1-p) log p if both are known present; otherwise -(1-q)² log q,
 * with q = min(1, 1-p+0.05).
 * @param logits g, [B, P]
 * @param target y, [B, C]
 * @param maskUnknown leave out pairs with an unknown member (METHOD 3, repair 1); the loss is 0 if none is left
 * @returns a scalar
 */
export function cooccurrenceLoss(logits: Value, target: Value, maskUnknown: boolean): Value {
  const { first, second } = pairIndices(logits.graph, target.size(1))
  const left = atLabels(target, first)
  const right = atLabels(target, second)
  const both = and(equal(left, 1), equal(right, 1))
  const entries = pairEntries(logits, both)
  return maskUnknown ? meanOfPairs(entries, abs(mul(left, right))) : mean(entries)
}

/**
 * The terms of L_cooc (METHOD 1), one for each pair.
 * @param logits g
 * @param both whether both are known present; broadcasts with g
 */
export function pairEntries(logits: Value, both: Value): Value {
  const p = sigmoid(logits)
  const q = minimum(sub(1.05, p), 1)
  const present = mul(sub(1, p), log(maximum(p, 1e-7)))
  const other = mul(square(sub(1, q)), log(q))
  return neg(where(both, present, other))
}

/** The mean over the pairs that count, or 0 if none does. @param counts 1 or 0 for each pair */
export function meanOfPairs(entries: Value, counts: Value): Value {
  return div(sum(mul(entries, counts)), maximum(sum(counts), 1))
}

/**
 * y ∪ intra (METHOD 1): the score of an unknown c is the mean of R_ck over the image's known positives k.
 * @param logits g, [B, P]
 * @param target y, [B, C]
 * @param threshold θ_intra, a scalar
 * @param bothWays see `pseudoTargets`
 * @param probabilities p, [B, C]. R_ck is the probability of both; with p, that of c given k is used, R_ck / p_k (METHOD 3, repair 1)
 * @returns with the scores, [B, C]
 */
export function intraTargets(
  logits: Value,
  target: Value,
  threshold: Value,
  bothWays = false,
  probabilities?: Value,
): { scores: Value } & PseudoTargets {
  const labels = target.size(1)
  const images = target.size(0)
  const both = symmetric(stopGradient(sigmoid(logits)), labels)
  const relation = probabilities ? given(both, stopGradient(probabilities)) : both
  const present = cast(equal(target, 1), target.type)
  const count = sum(present, [1], true)
  const total = reshape(matmul(relation, reshape(present, [images, labels, 1])), [images, labels])
  // Without a known positive there is nothing to transfer from: score 0 (METHOD 3, repair 3).
  const scores = mul(total, where(equal(count, 0), 0, reciprocal(count)))
  return { scores, ...pseudoTargets(scores, target, threshold, greater(count, 0), bothWays) }
}

/** R_ck / p_k, at most 1. */
function given(both: Value, probabilities: Value): Value {
  const [images, labels] = [probabilities.size(0), probabilities.size(1)]
  return minimum(div(both, maximum(reshape(probabilities, [images, 1, labels]), minProbability)), 1)
}

function reciprocal(count: Value): Value {
  return div(1, maximum(count, 1))
}

/** R, [B, C, C], from the pairs i < j: symmetric, with ones on the diagonal. */
export function symmetric(pairs: Value, labels: number): Value {
  const { graph } = pairs
  const { first, second } = labelPairs(labels)
  const one = first.length
  const places = Array.from({ length: labels * labels }, () => one)
  first.forEach((i, pair) => {
    places[i * labels + second[pair]] = pair
    places[second[pair] * labels + i] = pair
  })
  const images = pairs.size(0)
  const ones = graph.constant('float32', new Float32Array(images).fill(1), [images, 1])
  const all = transpose(concat([pairs, ones], 1), [1, 0])
  return reshape(transpose(gather(all, graph.integers(places)), [1, 0]), [images, labels, labels])
}
