import { RandomState } from '../base/random.ts'
import { add, cast, div, mul, sqrt, square, sub } from '../tensor/elementwise.ts'
import { Graph, type Value } from '../tensor/graph.ts'
import { reshape } from '../tensor/layout.ts'
import { matmul } from '../tensor/matrix.ts'
import { onnxModel } from '../tensor/model.ts'
import { sum } from '../tensor/reduction.ts'
import { type Device, Session, tensorOf } from '../tensor/session.ts'
import { principalDirections } from './projection.ts'

/** Where features come from: the cache of a backbone. Records are numbered as the cache numbers them. */
export interface FeatureSource {
  /** D of the backbone */
  readonly channels: number
  /** L: positions of the grid */
  readonly positions: number
  /** [records, D] */
  readPooled(records: Int32Array): Promise<Float32Array>
  /** [records, L, D] */
  readGrid(records: Int32Array): Promise<Float16Array>
}

/**
 * How raw features become inputs: each channel standardised, each image scaled to unit length by its pooled vector (so that
 * no image counts more than another), the grid projected to its principal directions.
 */
export interface Preparation {
  /** [D] */
  mean: Float32Array
  /** 1 / standard deviation, [D] */
  scale: Float32Array
  /** [D, width] row-major, multiplied so that the grid's entries have mean square 1 */
  directions: Float32Array
  width: number
}

const sampleImages = 20_000
const sampleGrids = 128
/** Images read and run at once. */
const chunk = 64

export interface PrepareOptions {
  width: number
  seed: number
  device: Device
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** Learns the preparation from a sample of the images, labelled or not. */
export async function learnPreparation(
  source: FeatureSource,
  records: Int32Array,
  options: PrepareOptions,
): Promise<Preparation> {
  const random = new RandomState(options.seed)
  const drawn = random.shuffle(records.slice())
  const pooled = await source.readPooled(drawn.subarray(0, sampleImages).toSorted())
  const { mean, scale } = moments(pooled, source.channels)
  const few = drawn.subarray(0, sampleGrids).toSorted()
  const sample = await standardizedGrid(source, few, mean, scale)
  const { directions, width } = await principalDirections(
    sample,
    source.channels,
    options.width,
    options.seed,
    options.device,
  )
  const preparation = { mean, scale, directions, width }
  // The mean square of the entries is measured once on the sample, after scaling by the pooled vector.
  const projected = await prepareGrids(source, few, preparation, options)
  const square = projected.reduce((total, x) => total + x * x, 0) / projected.length
  const gain = square > 0 ? 1 / Math.sqrt(square) : 1
  return { ...preparation, directions: directions.map((x) => x * gain) }
}

function moments(rows: Float32Array, channels: number): { mean: Float32Array; scale: Float32Array } {
  const count = rows.length / channels
  const sums = new Float64Array(channels)
  const squares = new Float64Array(channels)
  for (let i = 0; i < rows.length; i++) {
    sums[i % channels] += rows[i]
    squares[i % channels] += rows[i] * rows[i]
  }
  const mean = Float32Array.from(sums, (x) => x / count)
  const scale = Float32Array.from(squares, (x, d) => {
    const deviation = Math.sqrt(Math.max(0, x / count - mean[d] * mean[d]))
    // A channel that never changes says nothing; it must not be blown up either.
    return deviation > 1e-5 ? 1 / deviation : 0
  })
  return { mean, scale }
}

async function standardizedGrid(
  source: FeatureSource,
  records: Int32Array,
  mean: Float32Array,
  scale: Float32Array,
): Promise<Float32Array> {
  const raw = await source.readGrid(records)
  return Float32Array.from(raw, (x, i) => (x - mean[i % mean.length]) * scale[i % mean.length])
}

/** The pooled vectors of the images, standardised and of unit length: [N, D]. */
export async function preparePooled(
  source: FeatureSource,
  records: Int32Array,
  { mean, scale }: Pick<Preparation, 'mean' | 'scale'>,
): Promise<Float32Array> {
  const rows = await source.readPooled(records)
  const channels = mean.length
  for (let start = 0; start < rows.length; start += channels) {
    let square = 0
    for (let d = 0; d < channels; d++) {
      const x = (rows[start + d] - mean[d]) * scale[d]
      rows[start + d] = x
      square += x * x
    }
    const length = square > 0 ? 1 / Math.sqrt(square) : 0
    for (let d = 0; d < channels; d++) rows[start + d] *= length
  }
  return rows
}

/**
 * The same preparation as a part of a graph.
 * @param grid raw, [B, L, D]
 * @param pooled raw, [B, D]
 * @returns unit [B, D] and projected grid [B, L, width]
 */
export function preparationGraph(grid: Value, pooled: Value, preparation: Preparation): { unit: Value; grid: Value } {
  const { graph } = grid
  const { mean, scale, directions, width } = preparation
  const channels = mean.length
  const centre = graph.constant('float32', mean, [channels])
  const stretch = graph.constant('float32', scale, [channels])
  const vector = mul(sub(pooled, centre), stretch)
  const length = sqrt(add(sum(square(vector), [-1], true), 1e-12))
  // ((x - mean) scale) P = x (scale P) - mean (scale P): the grid, by far the largest, is gone through once.
  const stretched = directions.map((direction, i) => direction * scale[Math.floor(i / width)])
  const origin = new Float32Array(width)
  stretched.forEach((direction, i) => {
    origin[i % width] -= direction * mean[Math.floor(i / width)]
  })
  const projected = add(
    matmul(grid, graph.constant('float32', stretched, [channels, width])),
    graph.constant('float32', origin, [width]),
  )
  return { unit: div(vector, length), grid: div(projected, reshape(length, [grid.shape[0], 1, 1])) }
}

/** The projected grids of the images: [N, L, width] float16. */
export async function prepareGrids(
  source: FeatureSource,
  records: Int32Array,
  preparation: Preparation,
  options: PrepareOptions,
): Promise<Float16Array> {
  const { channels, positions } = source
  const graph = new Graph('constants')
  const grid = cast(graph.input('grid', 'float16', ['images', positions, channels]), 'float32')
  const pooled = graph.input('pooled', 'float32', ['images', channels])
  graph.output('projected', preparationGraph(grid, pooled, preparation).grid)
  const session = await Session.open(onnxModel(graph), { device: options.device })
  try {
    const size = positions * preparation.width
    const result = new Float16Array(records.length * size)
    for (let start = 0; start < records.length; start += chunk) {
      options.signal?.throwIfAborted()
      const some = records.subarray(start, start + chunk)
      const [grids, vectors] = [await source.readGrid(some), await source.readPooled(some)]
      const { projected } = await session.run({
        grid: tensorOf('float16', grids, [some.length, positions, channels]),
        pooled: tensorOf('float32', vectors, [some.length, channels]),
      })
      result.set(projected.data as Float32Array, start * size)
      options.onProgress?.(Math.min(records.length, start + chunk), records.length)
    }
    return result
  } finally {
    await session.close()
  }
}
