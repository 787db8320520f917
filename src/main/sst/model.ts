import type { Value } from '../tensor/graph/graph.ts'
import { classify } from './classifier.ts'
import { semanticDecoupling } from './decoupling.ts'
import { labelGraph } from './labelGraph.ts'

type Lookup = (name: string) => Value

export interface Recognition {
  /** f, [B, C, D] */
  features: Value
  /** α, [B, C, L] */
  attention: Value
  /** s, [B, C] */
  logits: Value
}

/**
 * The network of METHOD 1 up to its logits.
 * @param x feature map, [B, L, D]
 * @param words label vectors, [C, W]
 * @param adjacency A, [C, C]
 */
export function recognize(x: Value, words: Value, adjacency: Value, steps: number, parameter: Lookup): Recognition {
  const { features, attention } = semanticDecoupling(x, words, parameter)
  const state = labelGraph(features, adjacency, steps, parameter)
  return { features, attention, logits: classify(state, features, parameter) }
}
