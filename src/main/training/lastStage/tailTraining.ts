import { RandomState } from '../../base/random.ts'
import { rowsWithKnown } from '../../domain/labelMatrix.ts'
import { knownLoss } from '../../sst/losses.ts'
import { type NetworkSizes, startAtBaseline } from '../../sst/network.ts'
import type { Parameters } from '../../sst/parameters.ts'
import { adam } from '../../tensor/gradients/optimizer.ts'
import { Graph, type Value } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import type { PartParameter } from '../../tensor/onnx/rebuild.ts'
import { add, mul } from '../../tensor/operators/elementwise.ts'
import { type Device, Session, type Tensor, tensorOf } from '../../tensor/run/session.ts'
import { Trainer } from '../../tensor/run/trainer.ts'
import { type Preparation, preparationGraph } from '../description/features.ts'
import { networkOn, type SstData } from '../network/data.ts'
import { notFinite } from '../network/notFinite.ts'
import type { TrainedNetwork } from '../network/sstTraining.ts'
import { type CutBackbone, movingTail, tailOn, trainedTail, trunkShape } from './tailGraph.ts'

/** A network, and the backbone's last stage as trained together with it. */
export interface TunedNetwork extends TrainedNetwork {
  tail: Parameters
}

/** What stays fixed while a tail and its network are trained. */
export interface TailSetting {
  cut: CutBackbone
  preparation: Preparation
  sizes: NetworkSizes
  words: Float32Array
}

export interface TailOptions {
  epochs: number
  /** With few images, more epochs make up this many steps, but never more than ten. */
  minSteps: number
  batch: number
  /** The peak of the schedule. */
  learningRate: number
  weightDecay: number
  /** The last stage's learning rate relative to the network's. */
  pace: number
  device: Device
  seed: number
  signal?: AbortSignal
  onStep?: (step: number, steps: number) => void
}

export type TailData = Pick<SstData, 'targets' | 'offsets'> & {
  /** The trunk's features, [rows, positions, channels]. @param rows indices among the rows of `targets` */
  readTrunk(rows: Int32Array): Promise<Float16Array>
}

/**
 * Trains the backbone's last stage together with a new network on top of it, on the known entries of `targets` (METHOD 1,
 * cls(s,y)). The network's logits are added to those of the baseline, which stays fixed. The network is not the one trained on
 * the frozen features: that one already fits its labels, so hardly any gradient would reach the last stage.
 * @param adjacency from `knownAdjacency`
 * @throws UserError `not-finite`, `device-failed`, `operator-unsupported`; the signal's reason when cancelled
 */
export async function trainTail(
  data: TailData,
  adjacency: Float32Array,
  setting: TailSetting,
  options: TailOptions,
): Promise<TunedNetwork> {
  const rows = rowsWithKnown({ states: data.targets, labels: setting.sizes.labels })
  const { batch, perEpoch, steps } = tailSteps(rows.length, options)
  const random = new RandomState(options.seed)
  const network = { parameters: startAtBaseline(setting.sizes, random), adjacency, resumed: false }
  const { trainer, start } = await openTailTrainer(network, setting, batch, options)
  try {
    for (let step = 0; step < steps; step++) {
      options.signal?.throwIfAborted()
      if (step % perEpoch === 0) random.shuffle(rows)
      const chosen = rows.slice((step % perEpoch) * batch, ((step % perEpoch) + 1) * batch)
      const feeds = tailFeeds(await data.readTrunk(chosen), chosen, data, setting)
      const { known } = await trainer.step(feeds, learningRate(options.learningRate, step, steps))
      if (!Number.isFinite(known[0])) throw notFinite(options.device)
      options.onStep?.(step + 1, steps)
    }
    return tuned(network, start, await trainer.parameters(), options.pace)
  } finally {
    await trainer.close()
  }
}

/** The schedule for a number of images with a known label. */
export function tailSteps(
  images: number,
  schedule: Pick<TailOptions, 'epochs' | 'minSteps' | 'batch'>,
): { batch: number; perEpoch: number; steps: number } {
  const batch = Math.max(1, Math.min(schedule.batch, images))
  const perEpoch = Math.floor(images / batch)
  const epochs = Math.min(10, Math.max(schedule.epochs, Math.ceil(schedule.minSteps / perEpoch)))
  return { batch, perEpoch, steps: perEpoch > 0 ? epochs * perEpoch : 0 }
}

/** Rises over the first tenth, then falls to zero along half a cosine. */
function learningRate(highest: number, step: number, steps: number): number {
  const warm = Math.min(1, (10 * (step + 1)) / steps)
  return highest * warm * 0.5 * (1 + Math.cos((Math.PI * step) / steps))
}

/**
 * Opens the training graph on a device, for batches of exactly this size.
 * @returns the trainer, and as `start` the pretrained weights of the last stage, by parameter name
 */
export async function openTailTrainer(
  network: TrainedNetwork,
  setting: TailSetting,
  batch: number,
  { device, pace, weightDecay }: Pick<TailOptions, 'device' | 'pace' | 'weightDecay'>,
): Promise<{ trainer: Trainer; start: Parameters }> {
  const graph = new Graph()
  const { labels } = setting.sizes
  const start: Parameters = new Map()
  const beyond = logitsOn(graph, batch, network, setting, movingTail(graph, pace, start))
  const logits = add(beyond, graph.input('offset', 'float32', [batch, labels]))
  const known = knownLoss(logits, graph.input('target', 'float32', [batch, labels]))
  // A copy, because the value that is differentiated can't be an output under another name.
  graph.output('known', mul(known, 1))
  const decayOf = ({ shape }: { shape: readonly number[] }): number => (shape.length > 1 ? weightDecay : 0)
  return { trainer: await Trainer.open(graph, adam(graph, known, { weightDecay: decayOf }), device), start }
}

/** The network's logits, [B, C], from the trunk's features, which become the graph's input `trunk`. */
function logitsOn(
  graph: Graph,
  batch: number,
  network: TrainedNetwork,
  setting: TailSetting,
  weights: PartParameter,
): Value {
  const { cut, preparation, sizes, words } = setting
  const trunk = graph.input('trunk', 'float16', trunkShape(cut, batch))
  const raw = tailOn(trunk, cut, weights)
  const { grid } = preparationGraph(raw.grid, raw.pooled, preparation)
  const used = new Map([...network.parameters].filter(([name]) => !isOfPairs(name)))
  return networkOn(graph, grid, sizes, { words, adjacency: network.adjacency }, used).result.logits
}

/** The parameters of the pair classifier don't affect the logits. */
function isOfPairs(name: string): boolean {
  return name.startsWith('intra.')
}

/** The inputs of a training step. @param trunk the trunk's features of these rows */
export function tailFeeds(
  trunk: Float16Array,
  rows: Int32Array,
  { targets, offsets }: Pick<TailData, 'targets' | 'offsets'>,
  { cut, sizes }: TailSetting,
): Record<string, Tensor> {
  const { labels } = sizes
  const target = new Float32Array(rows.length * labels)
  const offset = new Float32Array(rows.length * labels)
  rows.forEach((row, b) => {
    target.set(targets.subarray(row * labels, (row + 1) * labels), b * labels)
    offset.set(offsets.subarray(row * labels, (row + 1) * labels), b * labels)
  })
  return {
    trunk: tensorOf('float16', trunk, trunkShape(cut, rows.length) as number[]),
    target: tensorOf('float32', target, [rows.length, labels]),
    offset: tensorOf('float32', offset, [rows.length, labels]),
  }
}

/** Splits the trained values into those of the network and those of the tail. */
function tuned(
  network: TrainedNetwork,
  start: Parameters,
  values: ReadonlyMap<string, Float32Array>,
  pace: number,
): TunedNetwork {
  const parameters: Parameters = new Map(network.parameters)
  const tail: Parameters = new Map()
  for (const [name, data] of values) {
    const before = start.get(name)
    if (before) tail.set(name, { ...before, data: before.data.map((w, i) => w + pace * data[i]) })
    else parameters.set(name, { ...parameters.get(name)!, data })
  }
  return { ...network, parameters, tail }
}

/**
 * A tuned network's logits for every image, N×C, without the baseline's.
 * @param readTrunk reads the trunk's features of some of the images
 * @throws the signal's reason when cancelled
 */
export async function tunedLogits(
  network: TunedNetwork,
  setting: TailSetting,
  images: number,
  readTrunk: TailData['readTrunk'],
  options: { device: Device; signal?: AbortSignal; onProgress?: (done: number) => void },
): Promise<Float32Array> {
  const { labels } = setting.sizes
  const batch = Math.min(scoringBatch, images)
  const graph = new Graph('constants')
  graph.output('logits', logitsOn(graph, batch, network, setting, trainedTail(graph, network.tail)))
  const session = await Session.open(onnxModel(graph), { device: options.device })
  const scores = new Float32Array(images * labels)
  try {
    for (let start = 0; start < images; start += batch) {
      options.signal?.throwIfAborted()
      const count = Math.min(batch, images - start)
      // The graph takes full batches only: the last one is padded with copies of its first image.
      const rows = Int32Array.from({ length: batch }, (_, i) => start + (i < count ? i : 0))
      const shape = trunkShape(setting.cut, batch) as number[]
      const { logits } = await session.run({ trunk: tensorOf('float16', await readTrunk(rows), shape) })
      scores.set((logits.data as Float32Array).subarray(0, count * labels), start * labels)
      options.onProgress?.(start + count)
    }
    return scores
  } finally {
    await session.close()
  }
}

const scoringBatch = 16
