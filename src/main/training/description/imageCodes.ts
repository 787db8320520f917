import type { Classifier } from '../../backbone/resolve/classifier.ts'
import { RandomState } from '../../base/random.ts'
import { Graph, type Value } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { normalize } from '../../tensor/operators/composed.ts'
import { add, div, mul, sqrt } from '../../tensor/operators/elementwise.ts'
import { concat, transpose } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { max, softmax } from '../../tensor/operators/reduction.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'
import type { Preparation, PreparedGrids } from './features.ts'
import { visualWords } from './visualWords.ts'

/**
 * What a position of the grid can show: visual words learnt from the project's own images and, if the backbone still has its
 * classifier, the classes it was trained on. An image's code has an entry for each word and class: the square root of its
 * largest softmax share at any position. Unlike a mean, a maximum lets a small object count as much as one that fills the image.
 */
export interface Codebook {
  /** Unit vectors, [K, width]. */
  words: Float32Array
  /** The backbone's classifier, on projected positions: weights [width, M], biases [M]. */
  classes?: { weights: Float32Array; biases: Float32Array }
}

/** How sharply a position is assigned to the words it resembles: softmax(sharpness · cosine). */
const sharpness = 10
/** More take longer without any gain: precision was the same for 256 to 1,024. */
const maxWords = 512
/** The least number of positions, on average, from which a word is learnt. */
const positionsPerWord = 8
const samplePositions = 30_000

/** Lengths of the parts of a code: K words and, if there are any, M classes. */
export function codeSizes({ words, classes }: Codebook, width: number): number[] {
  return classes ? [words.length / width, classes.biases.length] : [words.length / width]
}

/**
 * Learns the codebook from a sample of the images.
 * @throws the signal's reason when cancelled
 */
export async function learnCodebook(
  grids: PreparedGrids,
  preparation: Preparation,
  classifier: Classifier | undefined,
  options: { seed: number; device: Device; signal?: AbortSignal },
): Promise<Codebook> {
  const { images, positions, width } = grids
  const rows = Int32Array.from({ length: images }, (_, row) => row)
  const drawn = new RandomState(options.seed).shuffle(rows).subarray(0, Math.ceil(samplePositions / positions))
  const vectors = unitRows(await grids.of(drawn.toSorted()), width)
  const found = vectors.length / width
  const count = Math.max(1, Math.min(maxWords, Math.floor(found / positionsPerWord)))
  const words = await visualWords(vectors, width, count, options)
  return { words, classes: classifier && (await onProjection(classifier, preparation, options.device)) }
}

/** The rows as float32, scaled to unit length; rows of zeros are dropped. */
function unitRows(rows: Float16Array, width: number): Float32Array {
  const result = new Float32Array(rows)
  let kept = 0
  for (let start = 0; start < result.length; start += width) {
    let length = 0
    for (let at = start; at < start + width; at++) length += result[at] * result[at]
    if (length === 0) continue
    const scale = 1 / Math.sqrt(length)
    for (let d = 0; d < width; d++) result[kept + d] = result[start + d] * scale
    kept += width
  }
  // If all rows are zero, one is kept, as a codebook needs at least one word.
  return result.subarray(0, Math.max(width, kept))
}

/**
 * Rewrites the classifier to take projected positions: x ≈ mean + (p Pᵀ / gain²) / scale, where p is a projected position
 * multiplied by the length of its image's pooled vector.
 */
async function onProjection(
  { classes, weights, biases }: Classifier,
  { mean, scale, directions, width, gain }: Preparation,
  device: Device,
): Promise<NonNullable<Codebook['classes']>> {
  const channels = mean.length
  const back = directions.map((direction, at) => {
    const stretch = scale[Math.floor(at / width)]
    return stretch > 0 && gain > 0 ? direction / (stretch * gain * gain) : 0
  })
  const graph = new Graph('constants')
  const all = graph.input('weights', 'float32', [channels, classes])
  graph.output('projected', matmul(transpose(graph.input('back', 'float32', [channels, width])), all))
  graph.output('origin', matmul(graph.input('mean', 'float32', [1, channels]), all))
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const { projected, origin } = await session.run({
      weights: tensorOf('float32', weights, [channels, classes]),
      back: tensorOf('float32', back, [channels, width]),
      mean: tensorOf('float32', mean, [1, channels]),
    })
    const shift = origin.data as Float32Array
    return { weights: projected.data as Float32Array, biases: biases.map((bias, m) => bias + shift[m]) }
  } finally {
    await session.close()
  }
}

/**
 * The codes of images as part of a graph (see `Codebook`).
 * @param grid projected, [B, L, width]
 * @param inverse 1 / length of the image's pooled vector, [B, 1, 1]
 * @returns [B, K + M]
 */
export function codesGraph(grid: Value, inverse: Value, { words, classes }: Codebook): Value {
  const { graph } = grid
  const width = grid.size(2)
  const largest = (scores: Value): Value => sqrt(max(softmax(scores), [1]))
  const unit = normalize(grid)
  const vocabulary = graph.constant('float32', words, [words.length / width, width])
  const seen = largest(mul(matmul(unit, transpose(vocabulary)), sharpness))
  if (!classes) return seen
  const { weights, biases } = classes
  const scores = matmul(div(grid, add(inverse, 1e-12)), graph.constant('float32', weights, [width, biases.length]))
  return concat([seen, largest(add(scores, graph.constant('float32', biases, [biases.length])))], 1)
}
