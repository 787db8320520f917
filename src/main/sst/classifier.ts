import type { Value } from '../tensor/graph/graph.ts'
import { dot } from '../tensor/operators/composed.ts'
import { add, tanh } from '../tensor/operators/elementwise.ts'
import { concat } from '../tensor/operators/layout.ts'
import { linear } from '../tensor/operators/matrix.ts'

/**
 * Per-label classifiers (METHOD 1): o_c = tanh(Wo [h_c ; f_c] + bo), logit s_c = v_c·o_c + β_c.
 * @param state h, [B, C, D]
 * @param features f, [B, C, D]
 * @returns logits, [B, C]
 */
export function classify(state: Value, features: Value, parameter: (name: string) => Value): Value {
  const output = tanh(linear(concat([state, features], -1), parameter('output.weight'), parameter('output.bias')))
  return add(dot(output, parameter('classifier.weight')), parameter('classifier.bias'))
}
