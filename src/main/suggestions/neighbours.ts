import { Graph, type Value } from '../tensor/graph/graph.ts'
import { onnxModel } from '../tensor/onnx/model.ts'
import { add, div, sqrt, square } from '../tensor/operators/elementwise.ts'
import { transpose } from '../tensor/operators/layout.ts'
import { matmul } from '../tensor/operators/matrix.ts'
import { largestWithPlaces, sum } from '../tensor/operators/reduction.ts'
import { type Device, Session, tensorOf } from '../tensor/run/session.ts'
import type { Neighbours } from './vote.ts'

const chunk = 256

const unit = (x: Value): Value => div(x, sqrt(add(sum(square(x), [1], true), 1e-12)))

/**
 * The nearest images by cosine, exactly, by comparing every query with every reference.
 * @param queries [N, D]
 * @param references [M, D]; may be the queries themselves
 * @param most how many to find for each query; fewer only if there are fewer references
 * @returns indices among the references, the nearest first
 * @throws the signal's reason when cancelled
 */
export async function nearestImages(
  queries: Float32Array,
  references: Float32Array,
  channels: number,
  most: number,
  options: { device: Device; signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<Neighbours> {
  const rows = queries.length / channels
  const referenceRows = references.length / channels
  const count = Math.min(most, referenceRows)
  const graph = new Graph('constants')
  const q = graph.input('queries', 'float32', ['images', channels])
  const r = graph.input('references', 'float32', [referenceRows, channels])
  const { values, places } = largestWithPlaces(matmul(unit(q), transpose(unit(r))), count)
  graph.output('similarities', values)
  graph.output('places', places)
  const session = await Session.open(onnxModel(graph), { device: options.device })
  try {
    const fixed = tensorOf('float32', references, [referenceRows, channels])
    const found = { count, places: new Int32Array(rows * count), similarities: new Float32Array(rows * count) }
    for (let start = 0; start < rows; start += chunk) {
      options.signal?.throwIfAborted()
      const size = Math.min(chunk, rows - start)
      const results = await session.run({
        queries: tensorOf('float32', queries.subarray(start * channels, (start + size) * channels), [size, channels]),
        references: fixed,
      })
      found.similarities.set(results.similarities.data as Float32Array, start * count)
      found.places.set(Int32Array.from(results.places.data as BigInt64Array, Number), start * count)
      options.onProgress?.(start + size, rows)
    }
    return found
  } finally {
    await session.close()
  }
}
