import type { Backbone } from '../backbone.ts'

/** Tensor values of one image. */
export type Values = Float32Array | Float16Array

/** Start and end of one of `parts` windows over `length` positions, as in adaptive average pooling. */
export function windowsOf(length: number, parts: number): { starts: Int32Array; ends: Int32Array } {
  return {
    starts: Int32Array.from({ length: parts }, (_, i) => Math.floor((i * length) / parts)),
    ends: Int32Array.from({ length: parts }, (_, i) => Math.ceil(((i + 1) * length) / parts)),
  }
}

/** Channels pooled together: their values at one position fill a CPU cache line. */
const blockSize = 16

/** Elements of a record: the grid's positions, then the pooled vector, D each. */
export function recordLength({ grid, dimension }: Pick<Backbone, 'grid' | 'dimension'>): number {
  return (grid.height * grid.width + 1) * dimension
}

/**
 * Makes records from a model's outputs: the feature map, average-pooled to the grid (adaptive: equally weighted windows that may
 * overlap by one position), position by position, D channels each; then the pooled vector.
 */
export class RecordMaker {
  readonly #backbone: Backbone
  readonly #rows: { starts: Int32Array; ends: Int32Array }
  readonly #columns: { starts: Int32Array; ends: Int32Array }
  /** A record in float32, so that rounding happens only once. */
  readonly #record: Float32Array
  /** One over the number of positions in each window. */
  readonly #shares: Float64Array
  /** Sums over everything above a position (one more row than the map), and over everything left of it. */
  readonly #above: Float64Array
  readonly #left: Float64Array
  /** The grid for one block of channels. */
  readonly #block: Float32Array

  constructor(backbone: Backbone) {
    const { grid, features } = backbone
    this.#backbone = backbone
    this.#rows = windowsOf(features?.height ?? 1, grid.height)
    this.#columns = windowsOf(features?.width ?? 1, grid.width)
    this.#record = new Float32Array(recordLength(backbone))
    const { height = 1, width = 1 } = features ?? {}
    this.#shares = Float64Array.from({ length: grid.height * grid.width }, (_, cell) => {
      const [i, j] = [Math.floor(cell / grid.width), cell % grid.width]
      const rows = this.#rows.ends[i] - this.#rows.starts[i]
      return 1 / (rows * (this.#columns.ends[j] - this.#columns.starts[j]))
    })
    this.#above = new Float64Array((height + 1) * width)
    this.#left = new Float64Array(width + 1)
    this.#block = new Float32Array(grid.height * grid.width * blockSize)
  }

  /**
   * @param features features of one image, in the backbone's layout; undefined if it has none
   * @param pooled pooled vector of one image; undefined if it is computed from the features
   * @returns a new record, or undefined if a number in it isn't finite (or is too large for float16)
   */
  make(features: Values | undefined, pooled: Values | undefined): Float16Array | undefined {
    const { features: map, dimension, grid } = this.#backbone
    const record = this.#record
    const vector = record.subarray(grid.height * grid.width * dimension)
    if (!map || !features) {
      record.set(pooled!)
      vector.set(pooled!)
    } else {
      const first = map.specialTokens * dimension
      if (map.layout === 'nchw') this.#poolChannelsFirst(features, map.height, map.width)
      else this.#poolChannelsLast(features.subarray(first), map.width)
      if (pooled) vector.set(pooled)
      else if (this.#backbone.pooled.from === 'class token') vector.set(features.subarray(0, dimension))
      else meanOfPositions(features.subarray(first), map.layout === 'nchw', map.height * map.width, vector)
    }
    const rounded = new Float16Array(record)
    return isFinite16(rounded) ? rounded : undefined
  }

  /** Uses cumulative sums, so the work doesn't depend on how the windows overlap. */
  #poolChannelsFirst(features: Values, height: number, width: number): void {
    const { dimension, grid } = this.#backbone
    const record = this.#record
    const above = this.#above
    const left = this.#left
    const block = this.#block
    const { starts: tops, ends: bottoms } = this.#rows
    const { starts: lefts, ends: rights } = this.#columns
    const shares = this.#shares
    const columns = grid.width
    const positions = height * width
    for (let channel = 0; channel < dimension; channel += blockSize) {
      const channels = Math.min(blockSize, dimension - channel)
      for (let c = 0; c < channels; c++) {
        const plane = (channel + c) * positions
        for (let p = 0; p < positions; p++) above[p + width] = above[p] + features[plane + p]
        for (let i = 0, cell = c; i < grid.height; i++) {
          const top = tops[i] * width
          const bottom = bottoms[i] * width
          let sum = 0
          for (let x = 0; x < width; x++) {
            sum += above[bottom + x] - above[top + x]
            left[x + 1] = sum
          }
          for (let j = 0; j < columns; j++, cell += blockSize) {
            block[cell] = (left[rights[j]] - left[lefts[j]]) * shares[i * columns + j]
          }
        }
      }
      // Going channel by channel would jump through memory at every write; a block of channels at a time is several times faster.
      for (let cell = 0; cell < grid.height * grid.width; cell++) {
        const from = cell * blockSize
        const to = cell * dimension + channel
        for (let c = 0; c < channels; c++) record[to + c] = block[from + c]
      }
    }
  }

  #poolChannelsLast(features: Values, width: number): void {
    const { dimension, grid } = this.#backbone
    const record = this.#record.fill(0)
    for (let i = 0; i < grid.height; i++) {
      for (let j = 0; j < grid.width; j++) {
        const cell = i * grid.width + j
        const at = cell * dimension
        const share = this.#shares[cell]
        const [top, bottom] = [this.#rows.starts[i], this.#rows.ends[i]]
        const [left, right] = [this.#columns.starts[j], this.#columns.ends[j]]
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) {
            const position = (y * width + x) * dimension
            for (let channel = 0; channel < dimension; channel++) {
              record[at + channel] += features[position + channel] * share
            }
          }
        }
      }
    }
  }
}

function meanOfPositions(features: Values, channelsFirst: boolean, positions: number, mean: Float32Array): void {
  const dimension = mean.length
  const [perChannel, perPosition] = channelsFirst ? [positions, 1] : [1, dimension]
  for (let channel = 0; channel < dimension; channel++) {
    let sum = 0
    for (let position = 0; position < positions; position++)
      sum += features[channel * perChannel + position * perPosition]
    mean[channel] = sum / positions
  }
}

/** In float16, infinities and NaN have every exponent bit set. */
function isFinite16(values: Float16Array): boolean {
  const bits = new Uint16Array(values.buffer, values.byteOffset, values.length)
  for (let i = 0; i < bits.length; i++) if ((bits[i] & 0x7c00) === 0x7c00) return false
  return true
}
