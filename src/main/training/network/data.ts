import type { Recognition } from '../../sst/model.ts'
import { type NetworkSizes, recognizeBeyondBaseline } from '../../sst/network.ts'
import { declareParameters, type Parameters } from '../../sst/parameters.ts'
import type { Graph, Value } from '../../tensor/graph/graph.ts'
import { adjacencyOn } from './adjacency.ts'

/** The data that one fold's network is trained and measured on. */
export interface SstData {
  /** x, [N, L, D] float16: the projected feature maps */
  grid: Float16Array
  positions: number
  /** y of the entries to train on, row-major N×C: 1, -1, 0 */
  targets: Int8Array
  /** Logits, N×C, of a baseline that wasn't trained on the entry; otherwise there would be little left to learn. */
  offsets: Float32Array
  /** w_c, the label vectors, [C, W] */
  words: Float32Array
  /** y of the entries to measure on, N×C; may be all 0. */
  heldOut: Int8Array
}

/** Adds the network to a graph. @param x projected feature maps, [B, L, channels] */
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
