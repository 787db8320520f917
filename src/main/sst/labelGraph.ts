import { add, mul, sigmoid, sub, tanh } from '../tensor/elementwise.ts'
import type { Value } from '../tensor/graph.ts'
import { concat, split, transpose } from '../tensor/layout.ts'
import { linear, matmul } from '../tensor/matrix.ts'

type Lookup = (name: string) => Value

/**
 * Label graph (METHOD 1): a gated graph network with h⁰ = f, weights shared by steps and labels.
 *
 *     m = [A h ; Aᵀ h]     z = σ(Wz m + Uz h)     r = σ(Wr m + Ur h)
 *     n = tanh(Wh m + Uh (r ⊙ h))                 h ← (1-z) ⊙ h + z ⊙ n
 *
 * What several gates take from the same input is one product: a few large ones are faster than many small ones.
 * @param features f, [B, C, D]
 * @param adjacency A, [C, C]
 * @returns h after the last step, [B, C, D]
 */
export function labelGraph(features: Value, adjacency: Value, steps: number, parameter: Lookup): Value {
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
  const back = transpose(adjacency)
  let h = features
  for (let step = 0; step < steps; step++) {
    const m = concat([matmul(adjacency, h), matmul(back, h)], -1)
    const [toGates, toCandidate] = split(linear(m, neighbourWeight, neighbourBias), -1, [2 * width, width])
    const [z, r] = split(sigmoid(add(toGates, linear(h, gateWeight, gateBias))), -1, [width, width])
    const n = tanh(add(toCandidate, linear(mul(r, h), candidateWeight, candidateBias)))
    h = add(h, mul(z, sub(n, h)))
  }
  return h
}
