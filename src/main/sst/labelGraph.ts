import type { Value } from '../tensor/graph/graph.ts'
import { add, mul, sigmoid, sub, tanh } from '../tensor/operators/elementwise.ts'
import { concat, split, transpose } from '../tensor/operators/layout.ts'
import { linear, matmul } from '../tensor/operators/matrix.ts'

type Lookup = (name: string) => Value

/** A = diag(a) + P Qᵀ, of rank r off the diagonal, in 2 C r numbers instead of C². */
export interface FactoredAdjacency {
  /** a, [C, 1] */
  own: Value
  /** P and Q, [C, r] */
  left: Value
  right: Value
}

/**
 * Label graph (METHOD 1): a gated graph network with h⁰ = f, weights shared by steps and labels.
 *
 *     m = [A h ; Aᵀ h]     z = σ(Wz m + Uz h)     r = σ(Wr m + Ur h)
 *     n = tanh(Wh m + Uh (r ⊙ h))                 h ← (1-z) ⊙ h + z ⊙ n
 *
 * Gates with the same input share a product, since a few large products are faster than many small ones.
 * @param features f, [B, C, D]
 * @param adjacency A, [C, C], or its factors if there are many labels, so that a step's cost grows with C rather than C²
 * @returns h after the last step, [B, C, D]
 */
export function labelGraph(
  features: Value,
  adjacency: Value | FactoredAdjacency,
  steps: number,
  parameter: Lookup,
): Value {
  const width = features.size(2)
  const joined = (kind: 'weight' | 'bias', ...parts: string[]): Value =>
    concat(
      parts.map((part) => parameter(`graph.${part}.${kind}`)),
      0,
    )
  const fromNeighbours = ['update.neighbour', 'reset.neighbour', 'candidate.neighbour']
  const neighbourWeight = joined('weight', ...fromNeighbours)
  const neighbourBias = joined('bias', ...fromNeighbours)
  const gateWeight = joined('weight', 'update.self', 'reset.self')
  const gateBias = joined('bias', 'update.self', 'reset.self')
  const candidateWeight = parameter('graph.candidate.self.weight')
  const candidateBias = parameter('graph.candidate.self.bias')
  const fromLabels = propagation(adjacency)
  let h = features
  for (let step = 0; step < steps; step++) {
    const m = concat(fromLabels(h), -1)
    const [toGates, toCandidate] = split(linear(m, neighbourWeight, neighbourBias), -1, [2 * width, width])
    const [z, r] = split(sigmoid(add(toGates, linear(h, gateWeight, gateBias))), -1, [width, width])
    const n = tanh(add(toCandidate, linear(mul(r, h), candidateWeight, candidateBias)))
    h = add(h, mul(z, sub(n, h)))
  }
  return h
}

/** Maps h to A h and Aᵀ h, [B, C, D] each. */
function propagation(adjacency: Value | FactoredAdjacency): (h: Value) => [Value, Value] {
  if (!('left' in adjacency)) {
    const back = transpose(adjacency)
    return (h) => [matmul(adjacency, h), matmul(back, h)]
  }
  const { own, left, right } = adjacency
  const [leftBack, rightBack] = [transpose(left), transpose(right)]
  return (h) => {
    const kept = mul(h, own)
    return [add(kept, matmul(left, matmul(rightBack, h))), add(kept, matmul(right, matmul(leftBack, h)))]
  }
}
