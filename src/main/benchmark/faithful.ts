import { RandomState } from '../base/random.ts'
import { labelAdjacency } from '../sst/adjacency.ts'
import { ExemplarBank } from '../sst/exemplarBank.ts'
import { imagePairs } from '../sst/inter.ts'
import { hashedLabelVectors } from '../sst/labelVectors.ts'
import { type Recognition, recognize } from '../sst/model.ts'
import { noRepairs, objective, objectiveInputs } from '../sst/objective.ts'
import {
  declareParameters,
  type Parameters,
  parameterShapes,
  randomParameters,
  type SstSizes,
} from '../sst/parameters.ts'
import { adam } from '../tensor/gradients/optimizer.ts'
import { Graph } from '../tensor/graph/graph.ts'
import { onnxModel } from '../tensor/onnx/model.ts'
import { cast } from '../tensor/operators/elementwise.ts'
import { type Device, Session, type Tensor, tensorOf } from '../tensor/run/session.ts'
import { Trainer } from '../tensor/run/trainer.ts'
import {
  type FeatureSource,
  learnPreparation,
  type Preparation,
  PreparedGrids,
  unitVectors,
} from '../training/description/features.ts'
import { frozen, learningRateAt, published, thresholdAt } from './faithfulSchedule.ts'

export interface FaithfulInput {
  source: FeatureSource
  /** Records of the images to train on, [N]. */
  training: Int32Array
  /** y, row-major N×C: 1 present, -1 absent, 0 unknown */
  states: Int8Array
  labelNames: readonly string[]
  /** Records of the images to score, [M]; they may be the same ones. */
  scored: Int32Array
}

export interface FaithfulOptions {
  seed: number
  device: Device
  signal?: AbortSignal
  /** @param fraction of the run, 0 … 1 */
  onProgress?: (fraction: number) => void
}

/** The share of the time that training takes. */
const trainingShare = 0.95
/** For scoring: how many images' projected grids are held in memory, and the batch size. */
const [scoredAtOnce, runAtOnce] = [1024, 16]

/** A trained model of METHOD 1. */
interface TrainedMethod {
  sizes: SstSizes
  positions: number
  words: Float32Array
  adjacency: Float32Array
  parameters: Parameters
}

/**
 * METHOD 1 to the letter, on cached features: no repairs, the published schedule (`published`), sizes and learning rate for a frozen
 * backbone (`frozen`). Features are projected onto their principal directions, and label vectors are made from the names. The last
 * epoch's network scores, with no selection on any labels. (Each epoch leaves out a last batch that isn't full.)
 * @returns logits s, row-major M×C
 * @throws the signal's reason when cancelled
 */
export async function trainFaithfully(input: FaithfulInput, options: FaithfulOptions): Promise<Float32Array> {
  const { source, training } = input
  const preparing = { width: frozen.channels, seed: options.seed, device: options.device, signal: options.signal }
  const preparation = await learnPreparation(source, training, await source.readPooled(training), preparing)
  const grid = await prepareGrids(source, training, preparation, options)
  const trained = await train(input, grid, preparation.width, options)
  return score(input, trained, preparation, options)
}

/** The projected grids of these records, [M, L, width]. */
async function prepareGrids(
  source: FeatureSource,
  records: Int32Array,
  preparation: Preparation,
  { device, signal }: Pick<FaithfulOptions, 'device' | 'signal'>,
): Promise<Float16Array> {
  const inverseLengths = unitVectors(await source.readPooled(records), preparation)
  const grids = await PreparedGrids.open(source, records, inverseLengths, preparation, { device })
  try {
    return await grids.keep(
      Int32Array.from(records, (_, row) => row),
      { signal },
    )
  } finally {
    await grids.close()
  }
}

async function train(
  { source, training, states, labelNames }: FaithfulInput,
  grid: Float16Array,
  channels: number,
  { seed, device, signal, onProgress }: FaithfulOptions,
): Promise<TrainedMethod> {
  const random = new RandomState(seed)
  const { positions } = source
  const { word, hidden } = { ...published, ...frozen }
  const labels = labelNames.length
  const sizes: SstSizes = { labels, channels, word, hidden, output: channels }
  const batch = Math.min(published.batch, training.length)
  const method: TrainedMethod = {
    ...{ sizes, positions },
    words: hashedLabelVectors(labelNames, word),
    adjacency: labelAdjacency(states, labels, noRepairs),
    parameters: randomParameters(parameterShapes(sizes), random),
  }
  const { graph, state } = trainingGraph(method, batch)
  const trainer = await Trainer.open(graph, state, device)
  try {
    const bank = new ExemplarBank(labels, published.exemplars, channels)
    const rows = Int32Array.from(training, (_, row) => row)
    const perEpoch = Math.floor(rows.length / batch)
    const x = new Float16Array(batch * positions * channels)
    const target = new Float32Array(batch * labels)
    for (let epoch = 0; epoch < published.epochs; epoch++) {
      random.shuffle(rows)
      for (let step = 0; step < perEpoch; step++) {
        signal?.throwIfAborted()
        rows.subarray(step * batch, (step + 1) * batch).forEach((row, b) => {
          const width = positions * channels
          x.set(grid.subarray(row * width, (row + 1) * width), b * width)
          target.set(states.subarray(row * labels, (row + 1) * labels), b * labels)
        })
        const feeds = {
          x: tensorOf('float16', x, [batch, positions, channels]),
          target: tensorOf('float32', target, [batch, labels]),
          ...bankFeeds(bank, target),
          ...scheduleFeeds(epoch, Math.min(1, (epoch * perEpoch + step + 1) / perEpoch)),
          ...orderFeed(batch, random),
        }
        const { features } = await trainer.step(feeds, learningRateAt(epoch))
        bank.push(features, target)
        onProgress?.((trainingShare * (epoch + (step + 1) / perEpoch)) / published.epochs)
      }
    }
    for (const [name, values] of await trainer.parameters()) method.parameters.get(name)!.data = values
    return method
  } finally {
    await trainer.close()
  }
}

function trainingGraph(method: TrainedMethod, batch: number) {
  const { sizes } = method
  const graph = new Graph()
  const { parameter, result } = networkOn(graph, method, batch)
  const parts = objective(result, objectiveInputs(graph, sizes, batch), parameter, { repairs: noRepairs })
  graph.output('features', result.features)
  return { graph, state: adam(graph, parts.total, { decay: 'l2', weightDecay: () => published.weightDecay }) }
}

function networkOn(
  graph: Graph,
  { sizes, positions, words, adjacency, parameters }: TrainedMethod,
  batch: number | string,
): { parameter: ReturnType<typeof declareParameters>; result: Recognition } {
  const parameter = declareParameters(graph, parameters)
  const x = cast(graph.input('x', 'float16', [batch, positions, sizes.channels]), 'float32')
  const w = graph.constant('float32', words, [sizes.labels, sizes.word])
  const a = graph.constant('float32', adjacency, [sizes.labels, sizes.labels])
  return { parameter, result: recognize(x, w, a, published.steps, parameter) }
}

function scalar(value: number): Tensor {
  return tensorOf('float32', Float32Array.of(value), [])
}

function bankFeeds(bank: ExemplarBank, target: Float32Array): Record<string, Tensor> {
  const { labels, channels } = bank
  const arriving = new Int32Array(labels)
  target.forEach((y, i) => {
    if (y === 1) arriving[i % labels]++
  })
  const { sum, count } = bank.kept(arriving, !noRepairs.usedSlotsOnly)
  return { bankSum: tensorOf('float32', sum, [labels, channels]), bankCount: tensorOf('float32', count, [labels]) }
}

function scheduleFeeds(epoch: number, rise: number): Record<string, Tensor> {
  const threshold = scalar(thresholdAt(epoch))
  const transfer = scalar(epoch >= published.pseudoLabelsFrom ? 1 : 0)
  return { intraThreshold: threshold, interThreshold: threshold, transfer, rise: scalar(rise) }
}

/** The order in which the random part of L_dist draws image pairs. */
function orderFeed(batch: number, random: RandomState): Record<string, Tensor> {
  const order = BigInt64Array.from(imagePairs(batch), (_, i) => BigInt(i))
  return { pairOrder: tensorOf('int64', random.shuffle(order), [order.length]) }
}

async function score(
  { source, scored }: FaithfulInput,
  method: TrainedMethod,
  preparation: Preparation,
  { device, signal, onProgress }: FaithfulOptions,
): Promise<Float32Array> {
  const { labels, channels } = method.sizes
  const graph = new Graph('constants')
  graph.output('logits', networkOn(graph, method, 'images').result.logits)
  const session = await Session.open(onnxModel(graph), { device })
  try {
    const logits = new Float32Array(scored.length * labels)
    const width = source.positions * channels
    for (let start = 0; start < scored.length; start += scoredAtOnce) {
      const records = scored.subarray(start, start + scoredAtOnce)
      const grid = await prepareGrids(source, records, preparation, { device, signal })
      for (let from = 0; from < records.length; from += runAtOnce) {
        signal?.throwIfAborted()
        const count = Math.min(runAtOnce, records.length - from)
        const x = grid.subarray(from * width, (from + count) * width)
        const results = await session.run({ x: tensorOf('float16', x, [count, source.positions, channels]) })
        logits.set(results.logits.data as Float32Array, (start + from) * labels)
        onProgress?.(trainingShare + ((1 - trainingShare) * (start + from + count)) / scored.length)
      }
    }
    return logits
  } finally {
    await session.close()
  }
}
