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

/** Iterations of the factor analysis. */
const rounds = 8

/**
 * A of the label graph (METHOD 1), from the known entries of the states.
 *
 * With `rank` r > 0, A is approximated by diag(1 - d) + P Qᵀ, d = diag(P Qᵀ) (METHOD 2, many labels), which is fitted to the
 * off-diagonal entries only. As in principal factor analysis, a truncated singular value decomposition R ≈ P Qᵀ is repeated, each
 * time with the diagonal that the previous one gave; with ones on the diagonal, a group of labels that occur together would take
 * up one rank for each of them. Q is an orthonormal basis of the strongest right singular vectors, and P = R Q.
 * @param states y, row-major N×C
 * @returns A, [C, C]; or with r > 0 P, then Q, [2, C, min(r, C)]
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
      factoredDiagonal(factors, labels).forEach((d, label) => {
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
function factoredDiagonal(factors: Float32Array, labels: number): Float32Array {
  const half = factors.length / 2
  const rank = half / labels
  return Float32Array.from({ length: labels }, (_, label) => {
    let d = 0
    for (let at = label * rank; at < (label + 1) * rank; at++) d += factors[at] * factors[half + at]
    return d
  })
}

/** The length of what `knownAdjacency` returns. */
export function adjacencyEntries({ labels, rank }: Ranks): number {
  return rank === 0 ? labels * labels : 2 * labels * rankOf({ labels, rank })
}

/** The result of `knownAdjacency` as constants of a graph. */
export function adjacencyOn(graph: Graph, adjacency: Float32Array, { labels, rank }: Ranks): Value | FactoredAdjacency {
  if (rank === 0) return graph.constant('float32', adjacency, [labels, labels])
  const shape = [labels, rankOf({ labels, rank })]
  const half = adjacency.length / 2
  return {
    own: graph.constant(
      'float32',
      factoredDiagonal(adjacency, labels).map((d) => 1 - d),
      [labels, 1],
    ),
    left: graph.constant('float32', adjacency.subarray(0, half), shape),
    right: graph.constant('float32', adjacency.subarray(half), shape),
  }
}

function rankOf({ labels, rank }: Ranks): number {
  return Math.min(labels, rank)
}
