import type { Classifier } from '../../backbone/resolve/classifier.ts'
import { RandomState } from '../../base/random.ts'
import { takeRows } from '../../domain/labelMatrix.ts'
import { Graph, type Value } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { add, cast, div, mul, sqrt, square, sub } from '../../tensor/operators/elementwise.ts'
import { reshape } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { sum } from '../../tensor/operators/reduction.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'
import { principalDirections } from './projection.ts'

/** Where features come from: a backbone's cache, whose record numbers are used. */
export interface FeatureSource {
  /** D of the backbone */
  readonly channels: number
  /** L: positions of the grid */
  readonly positions: number
  /** [records, D] */
  readPooled(records: Int32Array): Promise<Float32Array>
  /** [records, L, D] */
  readGrid(records: Int32Array): Promise<Float16Array>
  /** The head that the backbone was trained with, if its file still has it. */
  readonly classifier?: Classifier
}

/**
 * How raw features become inputs: each channel is standardised, each image is divided by the length of its pooled vector (so
 * that no image counts more than another), and the grid is projected onto its principal directions.
 */
export interface Preparation {
  /** [D] */
  mean: Float32Array
  /** 1 / standard deviation, [D] */
  scale: Float32Array
  /** [D, width] row-major, multiplied by `gain` */
  directions: Float32Array
  width: number
  /** Makes the mean square of the projected grid's entries 1. */
  gain: number
}

const sampleImages = 20_000
const sampleGrids = 128
/** Images read and projected at once. */
const chunk = 64

export interface PrepareOptions {
  width: number
  seed: number
  device: Device
  signal?: AbortSignal
}

/**
 * Learns the preparation from a sample of the images, labelled or not.
 * @param records the cache's record of each image, [N]
 * @param pooled raw, [N, D]
 */
export async function learnPreparation(
  source: FeatureSource,
  records: Int32Array,
  pooled: Float32Array,
  options: PrepareOptions,
): Promise<Preparation> {
  const { seed, device } = options
  const drawn = new RandomState(seed).shuffle(Int32Array.from(records, (_, row) => row))
  const { mean, scale } = moments(pooled, drawn.subarray(0, sampleImages).toSorted(), source.channels)
  const few = drawn.subarray(0, sampleGrids).toSorted()
  const sample = await standardizedGrid(source, takeRows(records, 1, few), mean, scale)
  const { directions, width } = await principalDirections(sample, source.channels, options.width, seed, device)
  const preparation = { mean, scale, directions, width, gain: 1 }
  // The gain can only be measured on grids that are prepared in every other respect.
  const inverseLengths = unitVectors(takeRows(pooled, source.channels, few), preparation)
  const grids = await PreparedGrids.open(source, takeRows(records, 1, few), inverseLengths, preparation, options)
  try {
    const projected = await grids.of(Int32Array.from(few, (_, i) => i))
    let square = 0
    for (const x of projected) square += x * x
    const gain = square > 0 ? 1 / Math.sqrt(square / projected.length) : 1
    return { ...preparation, directions: directions.map((x) => x * gain), gain }
  } finally {
    await grids.close()
  }
}

/**
 * Mean and 1 / standard deviation of each channel over some rows, [D] each; the latter is 0 for a constant channel.
 * @param pooled [N, D]
 * @param rows the rows to include
 */
export function moments(
  pooled: Float32Array,
  rows: Int32Array,
  channels: number,
): { mean: Float32Array; scale: Float32Array } {
  const sums = new Float64Array(channels)
  const squares = new Float64Array(channels)
  for (const row of rows) {
    for (let d = 0, at = row * channels; d < channels; d++, at++) {
      sums[d] += pooled[at]
      squares[d] += pooled[at] * pooled[at]
    }
  }
  const mean = Float32Array.from(sums, (x) => x / rows.length)
  const scale = Float32Array.from(squares, (x, d) => {
    const deviation = Math.sqrt(Math.max(0, x / rows.length - mean[d] * mean[d]))
    // A constant channel carries no information; dividing by its tiny deviation would only amplify rounding errors.
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
  const grid = new Float32Array(await source.readGrid(records))
  const channels = mean.length
  for (let start = 0; start < grid.length; start += channels) {
    for (let d = 0; d < channels; d++) grid[start + d] = (grid[start + d] - mean[d]) * scale[d]
  }
  return grid
}

/**
 * Standardises pooled vectors and scales them to unit length, in place.
 * @param pooled [N, D]
 * @returns 1 / length of each vector before scaling, [N]; 0 for a vector of zeros
 */
export function unitVectors(pooled: Float32Array, { mean, scale }: Pick<Preparation, 'mean' | 'scale'>): Float32Array {
  const channels = mean.length
  const inverse = new Float32Array(pooled.length / channels)
  for (let row = 0; row < inverse.length; row++) {
    const start = row * channels
    let square = 0
    for (let d = 0; d < channels; d++) {
      const x = (pooled[start + d] - mean[d]) * scale[d]
      pooled[start + d] = x
      square += x * x
    }
    inverse[row] = square > 0 ? 1 / Math.sqrt(square) : 0
    for (let d = 0; d < channels; d++) pooled[start + d] *= inverse[row]
  }
  return inverse
}

/** Prepared images in a graph. */
export interface ImageValues {
  /** [B, D] */
  unit: Value
  /** 1 / length of the pooled vectors before they were scaled, [B, 1, 1] */
  inverse: Value
  /** projected, [B, L, width] */
  grid: Value
}

/**
 * The preparation as part of a graph.
 * @param grid raw, [B, L, D]
 * @param pooled raw, [B, D]
 */
export function preparationGraph(grid: Value, pooled: Value, preparation: Preparation): ImageValues {
  const { graph } = grid
  const { mean, scale } = preparation
  const channels = mean.length
  const centre = graph.constant('float32', mean, [channels])
  const stretch = graph.constant('float32', scale, [channels])
  const vector = mul(sub(pooled, centre), stretch)
  const length = sqrt(add(sum(square(vector), [-1], true), 1e-12))
  const inverse = reshape(div(1, length), [grid.shape[0], 1, 1])
  return { unit: div(vector, length), inverse, grid: projectedGrid(grid, inverse, preparation) }
}

/**
 * ((x - mean) scale) P = x (scale P) - mean (scale P), so that the grid, by far the largest input, is read only once.
 * @param inverse 1 / length of the image's pooled vector, [B, 1, 1]
 */
function projectedGrid(grid: Value, inverse: Value, { mean, scale, directions, width }: Preparation): Value {
  const { graph } = grid
  const stretched = directions.map((direction, i) => direction * scale[Math.floor(i / width)])
  const origin = new Float32Array(width)
  stretched.forEach((direction, i) => {
    origin[i % width] -= direction * mean[Math.floor(i / width)]
  })
  const projected = matmul(grid, graph.constant('float32', stretched, [mean.length, width]))
  return mul(add(projected, graph.constant('float32', origin, [width])), inverse)
}

/** The projected grids of images: some are kept in memory, the others are computed on request. */
export class PreparedGrids {
  readonly positions: number
  readonly width: number
  readonly #source: FeatureSource
  readonly #records: Int32Array
  readonly #inverseLengths: Float32Array
  readonly #session: Session
  #kept: Float16Array = new Float16Array(0)
  /** Each image's index among the grids kept, or -1, [N] */
  readonly #placeOf: Int32Array

  private constructor(
    source: FeatureSource,
    records: Int32Array,
    inverseLengths: Float32Array,
    width: number,
    session: Session,
  ) {
    this.positions = source.positions
    this.width = width
    this.#source = source
    this.#records = records
    this.#inverseLengths = inverseLengths
    this.#session = session
    this.#placeOf = new Int32Array(records.length).fill(-1)
  }

  /**
   * @param records the record of each image, [N]
   * @param inverseLengths from `unitVectors`, [N]
   */
  static async open(
    source: FeatureSource,
    records: Int32Array,
    inverseLengths: Float32Array,
    preparation: Preparation,
    { device }: { device: Device },
  ): Promise<PreparedGrids> {
    const graph = new Graph('constants')
    const grid = cast(graph.input('grid', 'float16', ['images', source.positions, source.channels]), 'float32')
    const inverse = graph.input('inverse', 'float32', ['images', 1, 1])
    graph.output('projected', cast(projectedGrid(grid, inverse, preparation), 'float16'))
    const session = await Session.open(onnxModel(graph), { device })
    return new PreparedGrids(source, records, inverseLengths, preparation.width, session)
  }

  /** N */
  get images(): number {
    return this.#records.length
  }

  /** 1 / length of the pooled vectors of these images, [rows] */
  inverseLengths(rows: Int32Array): Float32Array {
    return takeRows(this.#inverseLengths, 1, rows)
  }

  /**
   * Keeps the grids of these images in shared memory, in place of those kept before.
   * @returns that memory itself, not a copy: [rows, L, width]
   * @throws the signal's reason when cancelled
   */
  async keep(
    rows: Int32Array,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<Float16Array> {
    const size = this.positions * this.width
    const kept = new Float16Array(new SharedArrayBuffer(2 * rows.length * size))
    // The next chunk is read while this one is projected.
    const read = (start: number): Promise<Float16Array> => {
      const reading = this.#readRaw(rows.subarray(start, start + chunk))
      // Not awaited yet if it fails early, and never if projecting fails first: don't let it count as an unhandled rejection.
      reading.catch(() => undefined)
      return reading
    }
    let next = read(0)
    for (let start = 0; start < rows.length; start += chunk) {
      const raw = await next
      signal?.throwIfAborted()
      if (start + chunk < rows.length) next = read(start + chunk)
      kept.set(await this.#project(rows.subarray(start, start + chunk), raw), start * size)
      onProgress?.(Math.min(rows.length, start + chunk), rows.length)
    }
    this.#placeOf.fill(-1)
    rows.forEach((row, place) => {
      this.#placeOf[row] = place
    })
    this.#kept = kept
    return kept
  }

  /** The grids of these images, [rows, L, width]. */
  async of(rows: Int32Array): Promise<Float16Array> {
    const size = this.positions * this.width
    const missing = rows.filter((row) => this.#placeOf[row] < 0)
    const made = missing.length > 0 ? await this.#prepare(missing) : undefined
    if (made && missing.length === rows.length) return made
    const grids = new Float16Array(rows.length * size)
    let next = 0
    rows.forEach((row, i) => {
      const place = this.#placeOf[row]
      const [from, at] = place < 0 ? [made!, next++] : [this.#kept, place]
      grids.set(from.subarray(at * size, (at + 1) * size), i * size)
    })
    return grids
  }

  async close(): Promise<void> {
    await this.#session.close()
  }

  async #prepare(rows: Int32Array): Promise<Float16Array> {
    return this.#project(rows, await this.#readRaw(rows))
  }

  #readRaw(rows: Int32Array): Promise<Float16Array> {
    return this.#source.readGrid(takeRows(this.#records, 1, rows))
  }

  async #project(rows: Int32Array, raw: Float16Array): Promise<Float16Array> {
    const { channels, positions } = this.#source
    const { projected } = await this.#session.run({
      grid: tensorOf('float16', raw, [rows.length, positions, channels]),
      inverse: tensorOf('float32', this.inverseLengths(rows), [rows.length, 1, 1]),
    })
    const { buffer, byteOffset } = projected.data as Uint16Array<ArrayBuffer>
    return new Float16Array(buffer, byteOffset, rows.length * positions * this.width)
  }
}
