import type { RandomState } from '../base/random.ts'
import type { Value } from '../tensor/graph/graph.ts'
import { dot } from '../tensor/operators/composed.ts'
import { add, tanh } from '../tensor/operators/elementwise.ts'
import { concat } from '../tensor/operators/layout.ts'
import { linear } from '../tensor/operators/matrix.ts'
import { semanticDecoupling } from './decoupling.ts'
import { factoredPairShapes } from './factoredPairs.ts'
import { type FactoredAdjacency, labelGraph } from './labelGraph.ts'
import type { Recognition } from './model.ts'
import { graphShapes, intraShapes, type Parameters, randomParameters } from './parameters.ts'

type Lookup = (name: string) => Value

/** The sizes of the default network. */
export interface NetworkSizes {
  /** C */
  labels: number
  /** D: channels of the (projected) feature map */
  channels: number
  /** W: length of a label's vector */
  word: number
  /** K: width of the attention, and of the pair features u */
  hidden: number
  /** G: width of the label graph; 0 leaves it out */
  graph: number
  /** T: steps of the label graph */
  steps: number
  /** O: width of the output features */
  output: number
  /** Whether there is a classifier of label pairs (IST). */
  pairs: boolean
  /**
   * r: the rank of the label relations, that is of the pair classifier and the label graph's adjacency, so that their cost grows
   * with C. At 0 neither is factored, and the cost grows with C².
   */
  rank: number
}

/**
 * The default network: METHOD 1 on top of the linear baseline.
 *
 * Its logits are added to the baseline's, so it only has to learn what the baseline gets wrong. Training starts at the baseline's
 * answer, with uniform attention and classifiers of zero. Besides o_c there is a direct linear path from f_c, like the baseline
 * but on attended features. The label graph is run at a reduced width G, since it makes up most of the published head's cost
 * (METHOD 2).
 * @param x feature map, [B, L, D]
 * @param words label vectors, [C, W]
 * @param adjacency A, [C, C], or its factors
 */
export function recognizeBeyondBaseline(
  x: Value,
  words: Value,
  adjacency: Value | FactoredAdjacency,
  sizes: NetworkSizes,
  parameter: Lookup,
): Recognition {
  const { features, attention } = semanticDecoupling(x, words, parameter)
  const parts = [features]
  if (sizes.graph > 0) {
    const narrow = linear(features, parameter('graph.reduce.weight'), parameter('graph.reduce.bias'))
    parts.unshift(labelGraph(narrow, adjacency, sizes.steps, parameter))
  }
  const output = tanh(linear(concat(parts, -1), parameter('output.weight'), parameter('output.bias')))
  const direct = dot(features, parameter('direct.weight'))
  const logits = add(add(dot(output, parameter('classifier.weight')), direct), parameter('classifier.bias'))
  return { features, attention, logits }
}

/** The shapes of all parameters, by name (see `Parameters`). */
export function networkShapes(sizes: NetworkSizes): Record<string, number[]> {
  const { labels, channels, word, hidden, graph, output, rank } = sizes
  const graphPart = { 'graph.reduce.weight': [graph, channels], 'graph.reduce.bias': [graph], ...graphShapes(graph) }
  const pairPart = rank > 0 ? factoredPairShapes(sizes) : intraShapes({ labels, channels, hidden, output })
  return {
    'decoupling.image.weight': [hidden, channels],
    'decoupling.word.weight': [hidden, word],
    'decoupling.hidden.weight': [hidden, hidden],
    'decoupling.score.weight': [1, hidden],
    ...(graph > 0 ? graphPart : {}),
    'output.weight': [output, graph + channels],
    'output.bias': [output],
    'classifier.weight': [labels, output],
    'classifier.bias': [labels],
    'direct.weight': [labels, channels],
    ...(sizes.pairs ? pairPart : {}),
  }
}

/** Initial parameters, which give logits of zero, and so the baseline's answer (see `recognizeBeyondBaseline`). */
export function startAtBaseline(sizes: NetworkSizes, random: RandomState): Parameters {
  const parameters = randomParameters(networkShapes(sizes), random)
  for (const name of ['decoupling.score.weight', 'classifier.weight', 'classifier.bias', 'direct.weight']) {
    parameters.get(name)!.data.fill(0)
  }
  return parameters
}
