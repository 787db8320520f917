import type { NetworkSizes } from '../sst/network.ts'
import { recognizeBeyondBaseline } from '../sst/network.ts'
import { Graph, type Value } from '../tensor/graph/graph.ts'
import { onnxModel } from '../tensor/onnx/model.ts'
import { add, cast, mul } from '../tensor/operators/elementwise.ts'
import { concat, reshape, transpose } from '../tensor/operators/layout.ts'
import { matmul } from '../tensor/operators/matrix.ts'
import { type Device, Session, tensorOf } from '../tensor/run/session.ts'
import { type Description, descriptionGraph } from './description/description.ts'
import { type Preparation, type PreparedGrids, preparationGraph } from './description/features.ts'
import { labelMapLogits } from './heads/labelMaps.ts'
import type { LinearHeads } from './heads/linearBaseline.ts'
import { type CutBackbone, tailOn, trainedTail, trunkShape } from './lastStage/tailGraph.ts'
import type { TunedNetwork } from './lastStage/tailTraining.ts'
import { adjacencyOn } from './network/adjacency.ts'
import type { TrainedNetwork } from './network/sstTraining.ts'

/** The result of a training, which turns cached features into logits: one of each head and one network per fold. */
export interface Recognizer {
  preparation: Preparation
  description: Description
  baselines: LinearHeads[]
  maps: LinearHeads[]
  networks: TrainedNetwork[]
  sizes: NetworkSizes
  words: Float32Array
}

/**
 * The recogniser as an ONNX model. Inputs, raw as cached: `grid` [images, L, D] and `pooled` [images, D], float16. Outputs:
 * `linear` [images, folds, C], the baselines' logits; `map` [images, folds, C], the label maps'; `sst` [images, folds, C], the
 * networks' on top of the baselines'; `attention` [images, C, L], the mean of the networks' α.
 * @param tuned networks with the backbone's last stage as it was trained with each of them. The model then has one input more,
 *   `trunk`, [images, positions, channels]: the features before the last stage, as cached.
 */
export function recognizerModel(
  recognizer: Recognizer,
  positions: number,
  metadata: Record<string, string>,
  tuned?: { cut: CutBackbone; networks: readonly TunedNetwork[] },
): Uint8Array {
  const channels = recognizer.preparation.mean.length
  const graph = new Graph('constants')
  const input = (name: string, shape: (number | string)[]): Value =>
    cast(graph.input(name, 'float16', shape), 'float32')
  const prepared = preparationGraph(
    input('grid', ['images', positions, channels]),
    input('pooled', ['images', channels]),
    recognizer.preparation,
  )
  // Rounded like the grids that the networks were trained on.
  const grid = cast(cast(prepared.grid, 'float16'), 'float32')
  const described = descriptionGraph({ ...prepared, grid }, recognizer.description)
  const trunk = tuned && graph.input('trunk', 'float16', trunkShape(tuned.cut, 'images'))
  const gridOf = (fold: number): Value => {
    if (!tuned || !trunk) return grid
    const raw = tailOn(trunk, tuned.cut, trainedTail(graph, tuned.networks[fold].tail))
    return preparationGraph(raw.grid, raw.pooled, recognizer.preparation).grid
  }
  const networks = [...(tuned?.networks ?? recognizer.networks)]
  const { linear, map, sst, attention } = recognizeFolds(described, grid, gridOf, {
    ...recognizer,
    networks,
  })
  graph.output('linear', linear)
  graph.output('map', map)
  graph.output('sst', sst)
  graph.output('attention', attention)
  return onnxModel(graph, metadata)
}

/**
 * All baselines and networks on prepared features.
 * @param described [images, size]
 * @param grid input of the label maps, [images, L, width]
 * @param gridOf input of each fold's network, [images, L, width]
 */
function recognizeFolds(
  described: Value,
  grid: Value,
  gridOf: (fold: number) => Value,
  { baselines, maps, networks, sizes, words }: Recognizer,
): { linear: Value; map: Value; sst: Value; attention: Value } {
  const { graph } = described
  const wordVectors = graph.constant('float32', words, [sizes.labels, sizes.word])
  const one: (number | string)[] = ['images', 1, sizes.labels]
  const headOn = ({ weights, biases }: LinearHeads): Value => {
    const w = graph.constant('float32', weights, [sizes.labels, described.size(1)])
    return add(matmul(described, transpose(w)), graph.constant('float32', biases, [sizes.labels]))
  }
  const folds = baselines.map((heads, fold) => {
    const base = headOn(heads)
    const { parameters, adjacency } = networks[fold]
    const parameter = (name: string): Value => {
      const { data, shape } = parameters.get(name)!
      return graph.constant('float32', data, shape)
    }
    const relations = adjacencyOn(graph, adjacency, sizes)
    const { logits, attention } = recognizeBeyondBaseline(gridOf(fold), wordVectors, relations, sizes, parameter)
    const map = reshape(labelMapLogits(grid, maps[fold]), one)
    return { linear: reshape(base, one), map, sst: reshape(add(base, logits), one), attention }
  })
  return {
    linear: concat(
      folds.map(({ linear }) => linear),
      1,
    ),
    map: concat(
      folds.map(({ map }) => map),
      1,
    ),
    sst: concat(
      folds.map(({ sst }) => sst),
      1,
    ),
    attention: meanOf(folds.map(({ attention }) => attention)),
  }
}

function meanOf(values: readonly Value[]): Value {
  const total = values.slice(1).reduce((sum, value) => add(sum, value), values[0])
  return mul(total, 1 / values.length)
}

/** Logits of every image, from each fold's baseline and network: N×C per fold. */
export interface FoldLogits {
  linear: Float32Array[]
  map: Float32Array[]
  sst: Float32Array[]
}

/** Largest number of entries of the [images, C, L, K] product in one run; it bounds the memory of scoring. */
const productEntries = 1 << 25

/**
 * The logits of every image.
 * @param described from `describeImages`, [N, size]
 */
export async function recognizeAll(
  recognizer: Recognizer,
  described: Float32Array,
  grids: PreparedGrids,
  options: { device: Device; signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<FoldLogits> {
  const { description, networks, sizes } = recognizer
  const { images, positions, width } = grids
  const [channels, folds, labels] = [description.size, networks.length, sizes.labels]
  const graph = new Graph('constants')
  const grid = cast(graph.input('grid', 'float16', ['images', positions, width]), 'float32')
  const vectors = graph.input('described', 'float32', ['images', channels])
  const outputs = recognizeFolds(vectors, grid, () => grid, recognizer)
  graph.output('linear', outputs.linear)
  graph.output('map', outputs.map)
  graph.output('sst', outputs.sst)

  const empty = (): Float32Array[] => Array.from({ length: folds }, () => new Float32Array(images * labels))
  const logits = { linear: empty(), map: empty(), sst: empty() }
  const chunk = Math.max(1, Math.min(64, Math.floor(productEntries / (labels * positions * sizes.hidden))))
  const session = await Session.open(onnxModel(graph), { device: options.device })
  try {
    for (let start = 0; start < images; start += chunk) {
      options.signal?.throwIfAborted()
      const count = Math.min(chunk, images - start)
      const some = await grids.of(Int32Array.from({ length: count }, (_, i) => start + i))
      const results = await session.run({
        grid: tensorOf('float16', some, [count, positions, width]),
        described: tensorOf('float32', described.subarray(start * channels, (start + count) * channels), [
          count,
          channels,
        ]),
      })
      for (const kind of ['linear', 'map', 'sst'] as const) {
        const values = results[kind].data as Float32Array
        for (let i = 0; i < count; i++) {
          for (let fold = 0; fold < folds; fold++) {
            const from = (i * folds + fold) * labels
            logits[kind][fold].set(values.subarray(from, from + labels), (start + i) * labels)
          }
        }
      }
      options.onProgress?.(start + count, images)
    }
    return logits
  } finally {
    await session.close()
  }
}
