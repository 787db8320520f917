import { add, mul, sigmoid, sub, tanh } from '../tensor/elementwise.ts'
import type { Value } from '../tensor/graph.ts'
import { concat, transpose } from '../tensor/layout.ts'
import { linear, matmul } from '../tensor/matrix.ts'

type Lookup = (name: string) => Value

/**
 * Label graph (METHOD 1): a gated graph network with h⁰ = f, weights shared by steps and labels.
 *
 *     m = [A h ; Aᵀ h]     z = σ(Wz m + Uz h)     r = σ(Wr m + Ur h)
 *     n = tanh(Wh m + Uh (r ⊙ h))                 h ← (1-z) ⊙ h + z ⊙ n
 *
 * @param features f, [B, C, D]
 * @param adjacency A, [C, C]
 * @returns h after the last step, [B, C, D]
 */
export function labelGraph(features: Value, adjacency: Value, steps: number, parameter: Lookup): Value {
  const part = (gate: string, side: string, x: Value): Value =>
    linear(x, parameter(`graph.${gate}.${side}.weight`), parameter(`graph.${gate}.${side}.bias`))
  const back = transpose(adjacency)
  let h = features
  for (let step = 0; step < steps; step++) {
    const m = concat([matmul(adjacency, h), matmul(back, h)], -1)
    const z = sigmoid(add(part('update', 'neighbour', m), part('update', 'self', h)))
    const r = sigmoid(add(part('reset', 'neighbour', m), part('reset', 'self', h)))
    const n = tanh(add(part('candidate', 'neighbour', m), part('candidate', 'self', mul(r, h))))
    h = add(mul(sub(1, z), h), mul(z, n))
  }
  return h
}
