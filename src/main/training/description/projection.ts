import { RandomState } from '../../base/random.ts'
import { Graph } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { transpose } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { type Device, Session, type Tensor, tensorOf } from '../../tensor/run/session.ts'

/** Extra directions make the iteration converge faster. */
const spare = 16
const iterations = 3

/**
 * The principal directions of a sample, by subspace iteration. Three iterations don't separate the eigenvectors exactly, but
 * only the space they span matters.
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
  const product = new Graph('constants')
  const x = product.input('x', 'float32', [rows, channels])
  const v = product.input('v', 'float32', [channels, wide])
  const y = matmul(transpose(x), matmul(x, v))
  product.output('y', y)
  product.output('gram', matmul(transpose(y), y))
  const turn = new Graph('constants')
  const z = matmul(turn.input('y', 'float32', [channels, wide]), turn.input('t', 'float32', [wide, wide]))
  turn.output('z', z)
  turn.output('gram', matmul(transpose(z), z))
  const [multiplying, turning] = await Promise.all(
    [product, turn].map((graph) => Session.open(onnxModel(graph), { device })),
  )
  try {
    const random = new RandomState(seed)
    let basis = tensorOf(
      'float32',
      Float32Array.from({ length: channels * wide }, () => random.normal()),
      [channels, wide],
    )
    const xs = tensorOf('float32', sample, [rows, channels])
    const orthonormal = async (matrix: Tensor, gram: Tensor) =>
      turning.run({ y: matrix, t: tensorOf('float32', inverseFactor(gram.data as Float32Array, wide), [wide, wide]) })
    for (let i = 0; i < iterations; i++) {
      const multiplied = await multiplying.run({ x: xs, v: basis })
      const once = await orthonormal(multiplied.y, multiplied.gram)
      // Repeated, because float32 leaves the columns slightly off orthogonal the first time.
      basis = (await orthonormal(once.z, once.gram)).z
    }
    return { directions: firstColumns(basis.data as Float32Array, channels, wide, kept), width: kept }
  } finally {
    await Promise.all([multiplying.close(), turning.close()])
  }
}

/** Below this share of the largest squared column, a pivot is rounding error: the sample has no further direction. */
const minPivot = 1e-6

/**
 * Cholesky QR: if YᵀY = RᵀR, then Y R⁻¹ has orthonormal columns. A column that depends linearly on earlier ones becomes zero.
 * @param gram YᵀY, [n, n]
 * @returns R⁻¹, upper triangular, [n, n]
 */
function inverseFactor(gram: Float32Array, n: number): Float32Array {
  const lower = new Float64Array(n * n)
  const isKept = new Array<boolean>(n).fill(true)
  let largest = 0
  for (let j = 0; j < n; j++) largest = Math.max(largest, gram[j * n + j])
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest: number = gram[i * n + j]
      for (let k = 0; k < j; k++) rest -= lower[i * n + k] * lower[j * n + k]
      if (i === j) {
        isKept[i] = rest > minPivot * largest
        lower[i * n + i] = isKept[i] ? Math.sqrt(rest) : 1
      } else lower[i * n + j] = isKept[j] ? rest / lower[j * n + j] : 0
    }
    // Later columns must not be orthogonalised against a direction that was dropped.
    if (!isKept[i]) lower.fill(0, i * n, i * n + i)
  }
  // L X = I is solved column by column; R⁻¹ = Xᵀ.
  const inverse = new Float32Array(n * n)
  const column = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    column.fill(0)
    for (let i = j; i < n; i++) {
      let rest = i === j ? 1 : 0
      for (let k = j; k < i; k++) rest -= lower[i * n + k] * column[k]
      column[i] = rest / lower[i * n + i]
      if (isKept[i]) inverse[j * n + i] = column[i]
    }
  }
  return inverse
}

function firstColumns(matrix: Float32Array, rows: number, columns: number, kept: number): Float32Array {
  const result = new Float32Array(rows * kept)
  for (let i = 0; i < rows; i++) result.set(matrix.subarray(i * columns, i * columns + kept), i * kept)
  return result
}
