import { RandomState } from '../../base/random.ts'
import { Graph } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { transpose } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { largestWithPlaces } from '../../tensor/operators/reduction.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'

const rounds = 8
/** Vectors per run */
const chunk = 8192

/**
 * Visual words (Sivic & Zisserman 2003): the centres that spherical k-means finds, starting from randomly chosen vectors.
 * A centre that is nearest to no vector stays where it is.
 * @param vectors of unit length, [n, D]
 * @param count K ≤ n
 * @returns unit vectors, [K, D]
 * @throws the signal's reason when cancelled
 */
export async function visualWords(
  vectors: Float32Array,
  channels: number,
  count: number,
  { seed, device, signal }: { seed: number; device: Device; signal?: AbortSignal },
): Promise<Float32Array> {
  const rows = vectors.length / channels
  const graph = new Graph('constants')
  const x = graph.input('x', 'float32', ['vectors', channels])
  const w = graph.input('words', 'float32', [count, channels])
  graph.output('nearest', largestWithPlaces(matmul(x, transpose(w)), 1).places)
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const drawn = new RandomState(seed).shuffle(Int32Array.from({ length: rows }, (_, row) => row)).subarray(0, count)
    let words = new Float32Array(count * channels)
    drawn.forEach((row, k) => {
      words.set(vectors.subarray(row * channels, (row + 1) * channels), k * channels)
    })
    for (let round = 0; round < rounds; round++) {
      const sums = new Float32Array(words.length)
      const fixed = tensorOf('float32', words, [count, channels])
      for (let start = 0; start < rows; start += chunk) {
        signal?.throwIfAborted()
        const some = vectors.subarray(start * channels, (start + chunk) * channels)
        const size = some.length / channels
        const { nearest } = await session.run({ x: tensorOf('float32', some, [size, channels]), words: fixed })
        ;(nearest.data as BigInt64Array).forEach((word, i) => {
          const at = Number(word) * channels
          for (let d = 0; d < channels; d++) sums[at + d] += some[i * channels + d]
        })
      }
      words = normalizeRows(sums, words, channels)
    }
    return words
  } finally {
    await session.close()
  }
}

/** Scales rows to unit length; a row of zeros is replaced by that of `fallback`. */
function normalizeRows(rows: Float32Array, fallback: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(rows.length)
  for (let start = 0; start < rows.length; start += channels) {
    let square = 0
    for (let at = start; at < start + channels; at++) square += rows[at] * rows[at]
    const scale = 1 / Math.sqrt(square)
    for (let at = start; at < start + channels; at++) result[at] = square > 0 ? rows[at] * scale : fallback[at]
  }
  return result
}
