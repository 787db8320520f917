import { RandomState } from '../../base/random.ts'
import { countKnown, rowsWithKnown } from '../../domain/labelMatrix.ts'
import { ExemplarBank } from '../../sst/exemplarBank.ts'
import { maxMembers } from '../../sst/factoredPairs.ts'
import { imagePairs } from '../../sst/inter.ts'
import { type NetworkSizes, startAtBaseline } from '../../sst/network.ts'
import { objective, objectiveInputs, type Repairs } from '../../sst/objective.ts'
import type { Parameters } from '../../sst/parameters.ts'
import { adam } from '../../tensor/gradients/optimizer.ts'
import { Graph } from '../../tensor/graph/graph.ts'
import { add, cast } from '../../tensor/operators/elementwise.ts'
import { type Device, type Tensor, tensorOf } from '../../tensor/run/session.ts'
import { Trainer } from '../../tensor/run/trainer.ts'
import { knownAdjacency } from './adjacency.ts'
import { type CheckpointPlace, NetworkCheckpoint, type NetworkRun } from './checkpoint.ts'
import { networkOn, type SstData } from './data.ts'
import { notFinite } from './notFinite.ts'
import { Validation } from './validation.ts'

export interface SstOptions {
  seed: number
  device: Device
  /** Threads of one operator on the CPU. @default all cores */
  threads?: number
  /** Epochs when almost no labels are known and when all are, interpolated in between: the more is known, the more there is to learn. */
  epochs: { fewKnown: number; allKnown: number }
  /** With few images, more epochs make up this many steps, but at most ten times as many as otherwise. */
  minSteps: number
  /** Cuts the schedule short. */
  maxSteps?: number
  batch: number
  learningRate: number
  weightDecay: number
  /** The share of the training after which pseudo labels count; in the published schedule, a quarter. */
  transferAfter: number
  /** E: exemplars kept per label */
  exemplars: number
  repairs: Repairs
  /** Checked before every step. */
  signal?: Pick<AbortSignal, 'throwIfAborted'>
  onStep?: (step: SstStep) => void
  /** Where the network is saved while it trains, and resumed from. */
  checkpoint?: CheckpointPlace
}

export interface SstStep {
  step: number
  steps: number
  losses: { known: number; pseudo: number; cooccurrence: number; distance: number }
  /** Mean average precision on the held-out entries of some images, a fraction; only after steps at which it is measured. */
  mAP?: number
}

export interface TrainedNetwork {
  parameters: Parameters
  /** from `knownAdjacency` */
  adjacency: Float32Array
  /** Whether it continued from a checkpoint. */
  resumed: boolean
}

/**
 * Trains a network on the known entries of `targets` (METHOD 1, objective, with the repairs of METHOD 3 and on top of the
 * baseline). Images without a known entry are skipped.
 * @throws UserError `not-finite`, `device-failed`; the signal's reason when cancelled
 */
export async function trainNetwork(data: SstData, sizes: NetworkSizes, options: SstOptions): Promise<TrainedNetwork> {
  const { labels } = sizes
  const random = new RandomState(options.seed)
  const adjacency = await knownAdjacency(data.targets, sizes, options.repairs, options.device)
  const rows = rowsWithKnown({ states: data.targets, labels })
  const batch = Math.min(options.batch, rows.length)
  const perEpoch = Math.floor(rows.length / batch)
  const epochs = epochsFor(countKnown(data.targets) / (rows.length * labels), perEpoch, options)
  const steps = Math.min(epochs * perEpoch, options.maxSteps ?? Number.POSITIVE_INFINITY)

  const parameters = startAtBaseline(sizes, random)
  const { graph, state } = trainingGraph(data, sizes, adjacency, parameters, batch, options)
  const trainer = await Trainer.open(graph, state, options.device, options.threads)
  try {
    const feeder = new BatchFeeder(data, sizes, batch, options)
    const validation = options.onStep && new Validation(data, sizes, adjacency)
    const measureEvery = perEpoch * Math.ceil(epochs / 8)
    const run: NetworkRun = { trainer, random, rows, bank: feeder.bank }
    const setting = { sizes, options, perEpoch, steps }
    const checkpoint = options.checkpoint && new NetworkCheckpoint(options.checkpoint)
    const done = (await checkpoint?.restore(run, setting)) ?? 0
    for (let step = done; step < steps; step++) {
      options.signal?.throwIfAborted()
      if (step % perEpoch === 0) random.shuffle(rows)
      const chosen = rows.subarray((step % perEpoch) * batch, ((step % perEpoch) + 1) * batch)
      const progress = step / steps
      const feeds = feeder.feeds(chosen, { progress, rise: Math.min(1, (step + 1) / perEpoch), random })
      const results = await trainer.step(feeds, learningRate(options.learningRate, step, steps))
      // NaN never recovers: fail now rather than at the end, and before it is saved.
      if (!Number.isFinite(results.known[0])) throw notFinite(options.device)
      feeder.remember(results.features)
      await checkpoint?.save(run, setting)
      const measured = validation && (step + 1) % measureEvery === 0
      options.onStep?.({
        mAP: measured ? await validation.measure(await trainer.parameters(), options) : undefined,
        step: step + 1,
        steps,
        losses: {
          known: results.known[0],
          pseudo: results.intraPseudo[0] + results.interPseudo[0],
          cooccurrence: results.cooccurrence[0],
          distance: results.distance[0],
        },
      })
    }
    for (const [name, values] of await trainer.parameters()) parameters.get(name)!.data = values
    return { parameters, adjacency, resumed: done > 0 }
  } finally {
    await trainer.close()
  }
}

/** @param share the fraction of the entries of the trained images that are known */
function epochsFor(share: number, perEpoch: number, { epochs, minSteps }: SstOptions): number {
  const usual = Math.round(epochs.fewKnown + (epochs.allKnown - epochs.fewKnown) * share)
  return Math.min(10 * usual, Math.max(usual, Math.ceil(minSteps / perEpoch)))
}

/** Rises over the first steps (30, or a quarter of a short run), then falls to zero along half a cosine. */
function learningRate(highest: number, step: number, steps: number): number {
  const warm = Math.min(1, (step + 1) / Math.min(30, Math.ceil(steps / 4)))
  return highest * warm * 0.5 * (1 + Math.cos((Math.PI * step) / steps))
}

function trainingGraph(
  data: SstData,
  sizes: NetworkSizes,
  adjacency: Float32Array,
  parameters: Parameters,
  batch: number,
  options: SstOptions,
) {
  const graph = new Graph()
  const x = cast(graph.input('x', 'float16', [batch, data.positions, sizes.channels]), 'float32')
  const { parameter, result } = networkOn(graph, x, sizes, { words: data.words, adjacency }, parameters)
  const logits = add(result.logits, graph.input('offset', 'float32', [batch, sizes.labels]))
  const parts = objective(
    { ...result, logits },
    {
      ...objectiveInputs(graph, sizes, batch),
      members: hasMembers(sizes) ? graph.input('members', 'int64', [batch, maxMembers]) : undefined,
    },
    parameter,
    { repairs: options.repairs, pairs: sizes.pairs },
  )
  const { known, intraPseudo, interPseudo, cooccurrence, distance } = parts
  const reports = { known, intraPseudo, interPseudo, cooccurrence, distance, features: result.features }
  for (const [name, value] of Object.entries(reports)) graph.output(name, value)
  const weightDecay = ({ shape }: { shape: readonly number[] }): number => (shape.length > 1 ? options.weightDecay : 0)
  return { graph, state: adam(graph, parts.total, { weightDecay }) }
}

/** Whether the pairs are factored, and so computed only for some labels of each image (METHOD 2, many labels). */
function hasMembers({ pairs, rank }: NetworkSizes): boolean {
  return pairs && rank > 0
}

/** Fills the tensors of a batch, and keeps the exemplar banks. */
class BatchFeeder {
  readonly #data: SstData
  readonly #sizes: NetworkSizes
  readonly #options: SstOptions
  readonly bank: ExemplarBank
  readonly #x: Float16Array
  readonly #target: Float32Array
  readonly #offset: Float32Array
  readonly #feeds: Record<string, Tensor>

  constructor(data: SstData, sizes: NetworkSizes, batch: number, options: SstOptions) {
    this.#data = data
    this.#sizes = sizes
    this.#options = options
    this.bank = new ExemplarBank(sizes.labels, options.exemplars, sizes.channels)
    this.#x = new Float16Array(batch * data.positions * sizes.channels)
    this.#target = new Float32Array(batch * sizes.labels)
    this.#offset = new Float32Array(batch * sizes.labels)
    this.#feeds = {
      x: tensorOf('float16', this.#x, [batch, data.positions, sizes.channels]),
      target: tensorOf('float32', this.#target, [batch, sizes.labels]),
      offset: tensorOf('float32', this.#offset, [batch, sizes.labels]),
    }
  }

  feeds(rows: Int32Array, at: { progress: number; rise: number; random: RandomState }): Record<string, Tensor> {
    const { labels, channels } = this.#sizes
    const width = this.#data.positions * channels
    const arriving = new Int32Array(labels)
    rows.forEach((row, b) => {
      this.#x.set(this.#data.grid.subarray(row * width, (row + 1) * width), b * width)
      this.#target.set(this.#data.targets.subarray(row * labels, (row + 1) * labels), b * labels)
      this.#offset.set(this.#data.offsets.subarray(row * labels, (row + 1) * labels), b * labels)
    })
    this.#target.forEach((y, i) => {
      if (y === 1) arriving[i % labels]++
    })
    const { sum, count } = this.bank.kept(arriving, !this.#options.repairs.usedSlotsOnly)
    const pairs = BigInt64Array.from(imagePairs(rows.length), (_, i) => BigInt(i))
    const threshold = transferThreshold(at.progress, this.#options.transferAfter)
    const scalar = (value: number): Tensor => tensorOf('float32', Float32Array.of(value), [])
    return {
      ...this.#feeds,
      bankSum: tensorOf('float32', sum, [labels, channels]),
      bankCount: tensorOf('float32', count, [labels]),
      pairOrder: tensorOf('int64', at.random.shuffle(pairs), [pairs.length]),
      intraThreshold: scalar(threshold),
      interThreshold: scalar(threshold),
      transfer: scalar(at.progress >= this.#options.transferAfter ? 1 : 0),
      rise: scalar(at.rise),
      ...(hasMembers(this.#sizes) ? { members: this.#members(rows.length, at.random) } : {}),
    }
  }

  /**
   * The known present labels whose pairs are computed, [B, P]: a random selection if an image has more than P, so that each gets
   * its turn over the epochs; padded with -1 if it has fewer.
   */
  #members(images: number, random: RandomState): Tensor {
    const { labels } = this.#sizes
    const members = new BigInt64Array(images * maxMembers).fill(-1n)
    for (let b = 0; b < images; b++) {
      const own = this.#target.subarray(b * labels, (b + 1) * labels)
      const present = Array.from(own.keys()).filter((label) => own[label] === 1)
      const some = present.length > maxMembers ? random.shuffle(present).slice(0, maxMembers) : present
      members.set(some.map(BigInt), b * maxMembers)
    }
    return tensorOf('int64', members, [images, maxMembers])
  }

  /** @param features f of the last batch, [B, C, D] */
  remember(features: Float32Array): void {
    this.bank.push(features, this.#target)
  }
}

/** θ (METHOD 1): 0.95 when pseudo labels start, then lower by 0.025 in each twentieth of the training, but at least 0.75. */
function transferThreshold(progress: number, start: number): number {
  return Math.max(0.75, 0.95 - 0.025 * Math.floor(Math.max(0, progress - start) * 20))
}
