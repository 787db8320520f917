import { RandomState } from '../base/random.ts'
import { Graph } from '../tensor/graph.ts'
import { transpose } from '../tensor/layout.ts'
import { matmul } from '../tensor/matrix.ts'
import { onnxModel } from '../tensor/model.ts'
import { type Device, Session, tensorOf } from '../tensor/session.ts'

/** Directions beyond those wanted make the iteration converge sooner. */
const spare = 16
const iterations = 3

/**
 * The principal directions of a sample by subspace iteration: enough of them to keep most of the variance, at a fraction of
 * the width. (The exact eigenvectors don't matter, only the space that they span.)
 * @param sample centred rows, [n, D]
 * @returns orthonormal directions, [D, width] row-major; width ≤ D
 */
export async function principalDirections(
  sample: Float32Array,
  channels: number,
  width: number,
  seed: number,
  device: Device,
): Promise<{ directions: Float32Array; width: number }> {
  const kept = Math.min(width, channels)
  const wide = Math.min(channels, kept + spare)
  const rows = sample.length / channels
  const graph = new Graph()
  const x = graph.input('x', 'float32', [rows, channels])
  const v = graph.input('v', 'float32', [channels, wide])
  graph.output('y', matmul(transpose(x), matmul(x, v)))
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const random = new RandomState(seed)
    let basis: Float32Array = Float32Array.from({ length: channels * wide }, () => random.normal())
    const xs = tensorOf('float32', sample, [rows, channels])
    for (let i = 0; i < iterations; i++) {
      const { y } = await session.run({ x: xs, v: tensorOf('float32', basis, [channels, wide]) })
      basis = orthonormal(y.data as Float32Array, channels, wide, i === iterations - 1 ? 2 : 1)
    }
    return { directions: firstColumns(basis, channels, wide, kept), width: kept }
  } finally {
    await session.close()
  }
}

/**
 * The columns of a matrix made orthonormal, in their order (modified Gram–Schmidt).
 * @param rounds a second one mends what float32 left
 */
function orthonormal(matrix: Float32Array, rows: number, columns: number, rounds: number): Float32Array {
  const transposed = Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => matrix[i * columns + j]),
  )
  for (const [j, column] of transposed.entries()) {
    for (let round = 0; round < rounds; round++) {
      for (let k = 0; k < j; k++) {
        const other = transposed[k]
        let dot = 0
        for (let i = 0; i < rows; i++) dot += column[i] * other[i]
        for (let i = 0; i < rows; i++) column[i] -= dot * other[i]
      }
    }
    const length = Math.sqrt(column.reduce((sum, x) => sum + x * x, 0))
    // A sample of low rank has no further direction: its column stays zero.
    const scale = length > 1e-12 ? 1 / length : 0
    for (let i = 0; i < rows; i++) column[i] *= scale
  }
  const result = new Float32Array(rows * columns)
  for (const [j, column] of transposed.entries()) for (let i = 0; i < rows; i++) result[i * columns + j] = column[i]
  return result
}

function firstColumns(matrix: Float32Array, rows: number, columns: number, kept: number): Float32Array {
  const result = new Float32Array(rows * kept)
  for (let i = 0; i < rows; i++) result.set(matrix.subarray(i * columns, i * columns + kept), i * kept)
  return result
}
