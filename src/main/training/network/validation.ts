import { rowsWithKnown } from '../../domain/labelMatrix.ts'
import { type NetworkSizes, networkShapes } from '../../sst/network.ts'
import type { Parameters } from '../../sst/parameters.ts'
import { Graph } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { cast } from '../../tensor/operators/elementwise.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'
import { heldOutMeanAveragePrecision } from '../measure/heldOut.ts'
import { networkOn, type SstData } from './data.ts'

/** Images to measure on: enough for a learning curve, few enough not to slow down training. */
const maxImages = 512

/** Measures a network while it trains, on its held-out entries. */
export class Validation {
  readonly #data: SstData
  readonly #sizes: NetworkSizes
  readonly #adjacency: Float32Array
  readonly #rows: number[]

  constructor(data: SstData, sizes: NetworkSizes, adjacency: Float32Array) {
    this.#data = data
    this.#sizes = sizes
    this.#adjacency = adjacency
    const { labels } = sizes
    const rows = Array.from(rowsWithKnown({ states: data.heldOut, labels }))
    const stride = Math.max(1, Math.floor(rows.length / maxImages))
    this.#rows = rows.filter((_, i) => i % stride === 0).slice(0, maxImages)
  }

  /** @returns mean average precision of the parameters, a fraction; NaN without a held-out positive */
  async measure(parameters: Map<string, Float32Array>, options: { device: Device; threads?: number }): Promise<number> {
    if (this.#rows.length === 0) return Number.NaN
    const { labels, channels } = this.#sizes
    const { grid, positions, offsets, heldOut, words } = this.#data
    const graph = new Graph('constants')
    const x = cast(graph.input('x', 'float16', ['images', positions, channels]), 'float32')
    const constants = { words, adjacency: this.#adjacency }
    graph.output(
      'logits',
      networkOn(graph, x, this.#sizes, constants, withShapes(parameters, this.#sizes)).result.logits,
    )
    const session = await Session.open(onnxModel(graph), options)
    try {
      const scores = new Float32Array(this.#rows.length * labels)
      const truth = new Int8Array(this.#rows.length * labels)
      const width = positions * channels
      for (let start = 0; start < this.#rows.length; start += 32) {
        const some = this.#rows.slice(start, start + 32)
        const batch = new Float16Array(some.length * width)
        some.forEach((row, i) => {
          batch.set(grid.subarray(row * width, (row + 1) * width), i * width)
        })
        const { logits } = await session.run({ x: tensorOf('float16', batch, [some.length, positions, channels]) })
        scores.set(logits.data as Float32Array, start * labels)
      }
      this.#rows.forEach((row, i) => {
        for (let label = 0; label < labels; label++) {
          scores[i * labels + label] += offsets[row * labels + label]
          truth[i * labels + label] = heldOut[row * labels + label]
        }
      })
      return heldOutMeanAveragePrecision(scores, truth, labels)
    } finally {
      await session.close()
    }
  }
}

function withShapes(values: Map<string, Float32Array>, sizes: NetworkSizes): Parameters {
  const shapes = networkShapes(sizes)
  return new Map([...values].map(([name, data]) => [name, { data, shape: shapes[name] }]))
}
