import type { Recognition } from '../../sst/model.ts'
import { type NetworkSizes, recognizeBeyondBaseline } from '../../sst/network.ts'
import { declareParameters, type Parameters } from '../../sst/parameters.ts'
import type { Graph, Value } from '../../tensor/graph/graph.ts'
import { adjacencyOn } from './adjacency.ts'

/** What the network of one fold is trained on. */
export interface SstData {
  /** x, [N, L, D] float16: the projected feature maps */
  grid: Float16Array
  positions: number
  /** y of the entries to train on, row-major N×C: 1, -1, 0 */
  targets: Int8Array
  /** The baseline's logits, N×C: of a baseline that was not trained on the entry, or there would be nothing to learn. */
  offsets: Float32Array
  /** label vectors, [C, W] */
  words: Float32Array
  /** y of entries that are not trained on, N×C, to measure with; may be all 0. */
  heldOut: Int8Array
}

/** The network as a graph over a batch: for training with its parameters as inputs, for inference as constants. */
export function networkOn(
  graph: Graph,
  x: Value,
  sizes: NetworkSizes,
  constants: { words: Float32Array; adjacency: Float32Array },
  parameters: Parameters,
): { parameter: (name: string) => Value; result: Recognition } {
  const parameter = declareParameters(graph, parameters)
  const words = graph.constant('float32', constants.words, [sizes.labels, sizes.word])
  const adjacency = adjacencyOn(graph, constants.adjacency, sizes)
  return { parameter, result: recognizeBeyondBaseline(x, words, adjacency, sizes, parameter) }
}
