import { add, div, sqrt, square } from '../tensor/elementwise.ts'
import { Graph, type Value } from '../tensor/graph.ts'
import { transpose } from '../tensor/layout.ts'
import { matmul } from '../tensor/matrix.ts'
import { onnxModel } from '../tensor/model.ts'
import { largestWithPlaces, sum } from '../tensor/reduction.ts'
import { type Device, Session, tensorOf } from '../tensor/session.ts'

/** The nearest images of each image, by cosine of their vectors: places and similarities, [N, count] row-major. */
export interface Neighbours {
  count: number
  places: Int32Array
  similarities: Float32Array
}

const chunk = 256

const unit = (x: Value): Value => div(x, sqrt(add(sum(square(x), [1], true), 1e-12)))

/**
 * @param queries [N, D]
 * @param references [M, D]; may be the queries themselves
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

/** Voters of one label and image, at most. */
const voters = 20
/** How much faster a nearer image counts: weight e^(sharpness · cosine). */
const sharpness = 10
/** The base rate counts as this many voters at similarity 0.5. */
const priorVoters = 2

/**
 * The cross-image vote (METHOD 4, cross): for each image and label, the nearest images where the label is known, weighted by
 * similarity, drawn to the label's base rate. An image's own label never votes for itself.
 * @param neighbours of the N images, among the same images
 * @param states y, row-major N×C
 * @returns log odds, N×C
 */
export function neighbourVote(neighbours: Neighbours, states: Int8Array, labels: number): Float32Array {
  const rows = states.length / labels
  const baseRates = labelRates(states, labels)
  const odds = new Float32Array(rows * labels)
  const present = new Float64Array(labels)
  const total = new Float64Array(labels)
  const votes = new Int32Array(labels)
  const priorWeight = priorVoters * Math.exp(sharpness * 0.5)
  for (let row = 0; row < rows; row++) {
    present.fill(0)
    total.fill(0)
    votes.fill(0)
    for (let n = 0; n < neighbours.count; n++) {
      const other = neighbours.places[row * neighbours.count + n]
      if (other === row) continue
      const weight = Math.exp(sharpness * neighbours.similarities[row * neighbours.count + n])
      for (let label = 0; label < labels; label++) {
        const state = states[other * labels + label]
        if (state === 0 || votes[label] === voters) continue
        votes[label]++
        total[label] += weight
        if (state === 1) present[label] += weight
      }
    }
    for (let label = 0; label < labels; label++) {
      const share = (present[label] + priorWeight * baseRates[label]) / (total[label] + priorWeight)
      odds[row * labels + label] = Math.log(share / (1 - share))
    }
  }
  return odds
}

/** The share of present among the known of each label, kept away from 0 and 1. */
export function labelRates(states: Int8Array, labels: number): Float64Array {
  const present = new Float64Array(labels).fill(0.5)
  const known = new Float64Array(labels).fill(1)
  states.forEach((state, at) => {
    if (state === 0) return
    known[at % labels]++
    if (state === 1) present[at % labels]++
  })
  return present.map((count, label) => count / known[label])
}
