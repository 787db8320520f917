import { dot } from '../tensor/composed.ts'
import { add, tanh } from '../tensor/elementwise.ts'
import type { Value } from '../tensor/graph.ts'
import { concat } from '../tensor/layout.ts'
import { linear } from '../tensor/matrix.ts'

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
