import { labelAdjacency } from '../../sst/adjacency.ts'
import type { FactoredAdjacency } from '../../sst/labelGraph.ts'
import type { NetworkSizes } from '../../sst/network.ts'
import type { Repairs } from '../../sst/objective.ts'
import { Graph, type Value } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'
import { principalDirections } from '../description/projection.ts'

type Ranks = Pick<NetworkSizes, 'labels' | 'rank'>

/** How often the factors are fitted: each time nearer to what is off the diagonal. */
const rounds = 8

/**
 * A of the label graph (METHOD 1), over the known entries of the states.
 *
 * Where `rank` is r > 0 it is kept as A ≈ diag(1 - d) + P Qᵀ, d = diag(P Qᵀ) (METHOD 2, many labels), fitted to what is off the
 * diagonal: as in a principal factor analysis, the truncated singular value decomposition is taken again and again with what
 * it said itself on the diagonal, or a group of labels that come together would cost a rank for each of them. Q is an
 * orthonormal basis of the strongest right singular vectors, P = R Q. That all labels go with the frequent ones takes one
 * of the r.
 * @param states y, row-major N×C
 * @returns [C, C], or P then Q, [2, C, r]; of fewer labels than r, r is C
 */
export async function knownAdjacency(
  states: Int8Array,
  { labels, rank }: Ranks,
  repairs: Repairs,
  device: Device,
): Promise<Float32Array> {
  const whole = labelAdjacency(states, labels, repairs)
  if (rank === 0) return whole
  const shape = [labels, rankOf({ labels, rank })]
  const graph = new Graph('constants')
  const rest = graph.input('rest', 'float32', [labels, labels])
  graph.output('left', matmul(rest, graph.input('right', 'float32', shape)))
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const factors = new Float32Array(2 * labels * shape[1])
    for (let round = 0; round < rounds; round++) {
      ownShare(factors, labels).forEach((d, label) => {
        whole[label * labels + label] = d
      })
      const { directions } = await principalDirections(whole, labels, shape[1], 0, device)
      const { left } = await session.run({
        rest: tensorOf('float32', whole, [labels, labels]),
        right: tensorOf('float32', directions, shape),
      })
      factors.set(left.data as Float32Array)
      factors.set(directions, directions.length)
    }
    return factors
  } finally {
    await session.close()
  }
}

/** d = diag(P Qᵀ), [C] */
function ownShare(factors: Float32Array, labels: number): Float32Array {
  const half = factors.length / 2
  const rank = half / labels
  return Float32Array.from({ length: labels }, (_, label) => {
    let d = 0
    for (let at = label * rank; at < (label + 1) * rank; at++) d += factors[at] * factors[half + at]
    return d
  })
}

/** How many numbers `knownAdjacency` gives. */
export function adjacencyEntries({ labels, rank }: Ranks): number {
  return rank === 0 ? labels * labels : 2 * labels * rankOf({ labels, rank })
}

/** What `knownAdjacency` gave, as constants of a graph. */
export function adjacencyOn(graph: Graph, adjacency: Float32Array, { labels, rank }: Ranks): Value | FactoredAdjacency {
  if (rank === 0) return graph.constant('float32', adjacency, [labels, labels])
  const shape = [labels, rankOf({ labels, rank })]
  const half = adjacency.length / 2
  return {
    own: graph.constant(
      'float32',
      ownShare(adjacency, labels).map((d) => 1 - d),
      [labels, 1],
    ),
    left: graph.constant('float32', adjacency.subarray(0, half), shape),
    right: graph.constant('float32', adjacency.subarray(half), shape),
  }
}

function rankOf({ labels, rank }: Ranks): number {
  return Math.min(labels, rank)
}
