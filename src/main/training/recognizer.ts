import type { NetworkSizes } from '../sst/network.ts'
import { recognizeBeyondBaseline } from '../sst/network.ts'
import { add, cast, mul } from '../tensor/elementwise.ts'
import { Graph, type Value } from '../tensor/graph.ts'
import { concat, reshape, transpose } from '../tensor/layout.ts'
import { matmul } from '../tensor/matrix.ts'
import { onnxModel } from '../tensor/model.ts'
import { type Device, Session, tensorOf } from '../tensor/session.ts'
import { type FeatureSource, type Preparation, preparationGraph } from './features.ts'
import type { LinearHeads } from './linearBaseline.ts'
import type { TrainedNetwork } from './sstTraining.ts'

/** All that training leaves behind: what turns cached features into logits. One baseline and one network for each fold. */
export interface Recognizer {
  preparation: Preparation
  baselines: LinearHeads[]
  networks: TrainedNetwork[]
  sizes: NetworkSizes
  words: Float32Array
}

/**
 * The recogniser as an ONNX model. Inputs, raw as cached: `grid` [images, L, D] and `pooled` [images, D], float16. Outputs:
 * `linear` [images, folds, C], the baselines' logits; `sst` [images, folds, C], the networks' on top of them; `attention`
 * [images, C, L], the mean of the networks' α.
 */
export function recognizerModel(
  recognizer: Recognizer,
  positions: number,
  metadata: Record<string, string>,
): Uint8Array {
  const { preparation, baselines, networks, sizes, words } = recognizer
  const channels = preparation.mean.length
  const graph = new Graph('constants')
  const input = (name: string, shape: (number | string)[]): Value =>
    cast(graph.input(name, 'float16', shape), 'float32')
  const { unit, grid } = preparationGraph(
    input('grid', ['images', positions, channels]),
    input('pooled', ['images', channels]),
    preparation,
  )
  const wordVectors = graph.constant('float32', words, [sizes.labels, sizes.word])
  const linear: Value[] = []
  const sst: Value[] = []
  const attention: Value[] = []
  baselines.forEach(({ weights, biases }, fold) => {
    const w = graph.constant('float32', weights, [sizes.labels, channels])
    const base = add(matmul(unit, transpose(w)), graph.constant('float32', biases, [sizes.labels]))
    const { parameters, adjacency } = networks[fold]
    const parameter = (name: string): Value => {
      const { data, shape } = parameters.get(name)!
      return graph.constant('float32', data, shape)
    }
    const relations = graph.constant('float32', adjacency, [sizes.labels, sizes.labels])
    const result = recognizeBeyondBaseline(grid, wordVectors, relations, sizes, parameter)
    const one: (number | string)[] = ['images', 1, sizes.labels]
    linear.push(reshape(base, one))
    sst.push(reshape(add(base, result.logits), one))
    attention.push(result.attention)
  })
  graph.output('linear', concat(linear, 1))
  graph.output('sst', concat(sst, 1))
  graph.output('attention', meanOf(attention))
  return onnxModel(graph, metadata)
}

function meanOf(values: readonly Value[]): Value {
  const total = values.slice(1).reduce((sum, value) => add(sum, value), values[0])
  return mul(total, 1 / values.length)
}

/** Logits of every image, from each fold's baseline and network: for each fold N×C. */
export interface FoldLogits {
  linear: Float32Array[]
  sst: Float32Array[]
}

/** What the [images, C, L, K] product of one run may take, in entries: it bounds the memory of scoring. */
const productEntries = 1 << 25

export async function recognizeAll(
  model: Uint8Array,
  source: FeatureSource,
  records: Int32Array,
  sizes: { labels: number; hidden: number; folds: number },
  options: { device: Device; signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<FoldLogits> {
  const { labels, hidden, folds } = sizes
  const { channels, positions } = source
  const empty = (): Float32Array[] => Array.from({ length: folds }, () => new Float32Array(records.length * labels))
  const logits = { linear: empty(), sst: empty() }
  const chunk = Math.max(1, Math.min(64, Math.floor(productEntries / (labels * positions * hidden))))
  const session = await Session.open(model, { device: options.device })
  try {
    for (let start = 0; start < records.length; start += chunk) {
      options.signal?.throwIfAborted()
      const some = records.subarray(start, start + chunk)
      const grid = await source.readGrid(some)
      const pooled = Float16Array.from(await source.readPooled(some))
      const results = await session.run(
        {
          grid: tensorOf('float16', grid, [some.length, positions, channels]),
          pooled: tensorOf('float16', pooled, [some.length, channels]),
        },
        ['linear', 'sst'],
      )
      for (const kind of ['linear', 'sst'] as const) {
        const values = results[kind].data as Float32Array
        for (let i = 0; i < some.length; i++) {
          for (let fold = 0; fold < folds; fold++) {
            const from = (i * folds + fold) * labels
            logits[kind][fold].set(values.subarray(from, from + labels), (start + i) * labels)
          }
        }
      }
      options.onProgress?.(Math.min(records.length, start + chunk), records.length)
    }
    return logits
  } finally {
    await session.close()
  }
}
