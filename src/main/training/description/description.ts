import { RandomState } from '../../base/random.ts'
import { takeRows } from '../../domain/labelMatrix.ts'
import { Graph, type Value } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { normalize } from '../../tensor/operators/composed.ts'
import { cast, mul, sub } from '../../tensor/operators/elementwise.ts'
import { concat, split } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'
import { type ImageValues, moments, type PreparedGrids } from './features.ts'
import { type Codebook, codeSizes, codesGraph } from './imageCodes.ts'
import { principalDirections } from './projection.ts'

/**
 * Describes a whole image by one vector, for the linear baseline and the vote of similar images: its pooled vector and its
 * codes, each standardised and scaled to unit length, are concatenated and projected onto their principal directions.
 */
export interface Description {
  codebook: Codebook
  /** Mean of the codes, [K + M] */
  mean: Float32Array
  /** 1 / standard deviation of the codes, [K + M] */
  scale: Float32Array
  /** Mean of the concatenated parts, [D + K + M] */
  centre: Float32Array
  /** [D + K + M, size] row-major, orthonormal. */
  directions: Float32Array
  size: number
}

const maxDirections = 256
/** The size of the sample the description is learnt from, and of the batches in which images are described. */
const imagesAtOnce = 4096
/** Images encoded per run: few, so that the intermediate results fit in a core's cache. */
const chunk = 32

interface Options {
  seed: number
  device: Device
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/**
 * Learns the description from a sample of the images, and describes all of them.
 * @param unit pooled vectors of unit length, [N, D]
 * @param options `keep` may return a description learnt earlier instead of learning one
 * @returns the description, and every image's vector as `described`, [N, size]
 * @throws the signal's reason when cancelled
 */
export async function describeImages(
  grids: PreparedGrids,
  unit: Float32Array,
  codebook: Codebook,
  options: Options & { keep?: (learn: () => Promise<Description>) => Promise<Description> },
): Promise<{ description: Description; described: Float32Array }> {
  const { images } = grids
  const { seed, device } = options
  const channels = unit.length / images
  const every = Int32Array.from({ length: images }, (_, row) => row)
  const sample = new RandomState(seed).shuffle(every.slice()).subarray(0, imagesAtOnce).sort()
  const total = sample.length === images ? images : sample.length + images
  const encode = (rows: Int32Array, before: number): Promise<Float32Array> =>
    encodeImages(grids, codebook, rows, {
      ...options,
      onProgress: (done) => options.onProgress?.(before + done, total),
    })
  const codes = await encode(sample, 0)
  const { keep = (learning) => learning() } = options
  const description = await keep(() =>
    learn(takeRows(unit, channels, sample), codes, { codebook, width: grids.width }, seed, device),
  )
  const described = new Float32Array(images * description.size)
  for (let start = 0; start < images; start += imagesAtOnce) {
    const rows = every.subarray(start, start + imagesAtOnce)
    const vectors = unit.subarray(start * channels, (start + rows.length) * channels)
    const theirs = sample.length === images ? codes : await encode(rows, sample.length + start)
    const some = await compute(vectors, theirs, rows.length, device, (of) => directed(of, description, grids.width))
    described.set(some, start * description.size)
  }
  return { description, described }
}

/** From 0, which leaves the directions as they are, to 1, which gives all of them the same variance. */
const whitening = 0.25

/**
 * Descriptions prepared for comparing images: each direction is divided by a power of its standard deviation, since the few
 * directions that vary most would otherwise drown out the rest.
 * @param described [N, size]
 * @returns [N, size]
 */
export function comparable(described: Float32Array, size: number): Float32Array {
  const rows = Int32Array.from({ length: described.length / size }, (_, row) => row)
  const { scale } = moments(described, rows, size)
  const stretch = scale.map((inverse) => inverse ** whitening)
  return described.map((value, at) => value * stretch[at % size])
}

/**
 * @param unit [n, D]
 * @param codes [n, K + M]
 */
async function learn(
  unit: Float32Array,
  codes: Float32Array,
  { codebook, width }: { codebook: Codebook; width: number },
  seed: number,
  device: Device,
): Promise<Description> {
  const length = codeSizes(codebook, width).reduce((a, b) => a + b)
  const rows = codes.length / length
  const known = {
    codebook,
    ...moments(
      codes,
      Int32Array.from({ length: rows }, (_, i) => i),
      length,
    ),
  }
  const parts = await compute(unit, codes, rows, device, (of) => partsGraph(of, known, width))
  const size = parts.length / rows
  const centre = new Float32Array(size)
  parts.forEach((value, at) => {
    centre[at % size] += value / rows
  })
  parts.forEach((value, at) => {
    parts[at] = value - centre[at % size]
  })
  const found = await principalDirections(parts, size, maxDirections, seed, device)
  return { ...known, centre, directions: found.directions, size: found.width }
}

interface PartValues {
  /** [B, D] */
  unit: Value
  /** [B, K + M] */
  codes: Value
}

/** @returns [B, D + K + M], each part of length 1 / √parts */
function partsGraph(
  { unit, codes }: PartValues,
  { codebook, mean, scale }: Pick<Description, 'codebook' | 'mean' | 'scale'>,
  width: number,
): Value {
  const { graph } = unit
  const centre = graph.constant('float32', mean, [mean.length])
  const stretch = graph.constant('float32', scale, [scale.length])
  const parts = split(mul(sub(codes, centre), stretch), 1, codeSizes(codebook, width)).map((part) => normalize(part))
  return mul(concat([unit, ...parts], 1), 1 / Math.sqrt(1 + parts.length))
}

function directed(values: PartValues, description: Description, width: number): Value {
  const { graph } = values.unit
  const { centre, directions, size } = description
  const parts = sub(partsGraph(values, description, width), graph.constant('float32', centre, [centre.length]))
  return matmul(parts, graph.constant('float32', directions, [centre.length, size]))
}

/** @returns [B, size] */
export function descriptionGraph({ unit, inverse, grid }: ImageValues, description: Description): Value {
  const codes = codesGraph(grid, inverse, description.codebook)
  return directed({ unit, codes }, description, grid.size(2))
}

/** Runs the graph that `build` makes on these vectors and codes. @returns its result, [rows, …] */
async function compute(
  unit: Float32Array,
  codes: Float32Array,
  rows: number,
  device: Device,
  build: (of: PartValues) => Value,
): Promise<Float32Array> {
  const shapes = { unit: [rows, unit.length / rows], codes: [rows, codes.length / rows] }
  const graph = new Graph('constants')
  const values = {
    unit: graph.input('unit', 'float32', shapes.unit),
    codes: graph.input('codes', 'float32', shapes.codes),
  }
  graph.output('result', build(values))
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const { result } = await session.run({
      unit: tensorOf('float32', unit, shapes.unit),
      codes: tensorOf('float32', codes, shapes.codes),
    })
    return result.data as Float32Array
  } finally {
    await session.close()
  }
}

/** The codes of these images, [rows, K + M]. */
async function encodeImages(
  grids: PreparedGrids,
  codebook: Codebook,
  rows: Int32Array,
  { device, signal, onProgress }: Omit<Options, 'seed'>,
): Promise<Float32Array> {
  const { positions, width } = grids
  const graph = new Graph('constants')
  const grid = cast(graph.input('grid', 'float16', ['images', positions, width]), 'float32')
  graph.output('codes', codesGraph(grid, graph.input('inverse', 'float32', ['images', 1, 1]), codebook))
  const session = await Session.open(onnxModel(graph), { device })
  const isWanted = new Set(session.inputs.map(({ name }) => name))
  const length = codeSizes(codebook, width).reduce((a, b) => a + b)
  try {
    const codes = new Float32Array(rows.length * length)
    for (let start = 0; start < rows.length; start += chunk) {
      signal?.throwIfAborted()
      const some = rows.subarray(start, start + chunk)
      const feeds = {
        grid: tensorOf('float16', await grids.of(some), [some.length, positions, width]),
        inverse: tensorOf('float32', grids.inverseLengths(some), [some.length, 1, 1]),
      }
      // A codebook without classes doesn't use the lengths, so the graph has no such input.
      const wanted = Object.fromEntries(Object.entries(feeds).filter(([name]) => isWanted.has(name)))
      const run = await session.run(wanted)
      codes.set(run.codes.data as Float32Array, start * length)
      onProgress?.(Math.min(rows.length, start + chunk), rows.length)
    }
    return codes
  } finally {
    await session.close()
  }
}
