import { UserError } from '../../base/errors.ts'
import { RandomState } from '../../base/random.ts'
import { countKnown } from '../../domain/labelMatrix.ts'
import { State } from '../../domain/state.ts'
import type { AskInput } from '../../suggestions/askNext.ts'
import type { Neighbours } from '../../suggestions/vote.ts'
import type { Device } from '../../tensor/run/session.ts'
import { nearImages } from '../../training/description/nearImages.ts'
import { fineTune } from '../../training/fineTune.ts'
import { type CachedFeatures, cachedFeatures, type EmbeddingProgress } from '../cachedFeatures.ts'
import { type LabelledImages, readLabelledFolder } from '../folder.ts'
import { type Asked, askNext, type Order } from './simulateOrders.ts'
import { decisionsTo, type RoundTally, tally } from './simulateTally.ts'

export interface SimulateInput {
  /** With images/ and labels.tsv; absolute. */
  folder: string
  /** Keeps features from one simulation to the next. */
  cacheFolder: string
  backbone: string
  orders: Order[]
  /** The number of rounds after which everything is marked; each multiplies the known labels by the same factor. */
  rounds: number
  /** The most images to use, drawn at random. @default all */
  images?: number
  /** Labels present in fewer of these images are left out. */
  labelsWithAtLeast: number
  seed: number
  device: Device
}

export interface OrderResult {
  order: Order
  rounds: RoundTally[]
  /** Decisions until 95% of the positives are known; NaN if that wasn't reached. */
  decisions: number
}

export interface SimulateResult {
  images: number
  labels: string[]
  positives: number
  backbone: string
  orders: OrderResult[]
  /** The share of decisions that our order saves over random until 95% of the positives are known; null unless both were played. */
  fewerThanRandom: number | null
}

export type SimulateProgress =
  | { phase: 'reading' }
  | EmbeddingProgress
  | { phase: 'playing'; order: Order; round: number; fraction: number }

export interface SimulateContext {
  readonly signal?: AbortSignal
  progress?(report: SimulateProgress): void
}

/** An order is done when this share of the positives is known. */
const goal = 0.95
/** The annotator begins by marking this many images of each label as present, and as many as absent. */
const examples = 5
/** A label with fewer images on either side can't be learnt. */
const leastPerSide = 2

/**
 * Simulates an annotator who answers from the truth: marks a few examples of each label, then in each round trains as Fine-tune
 * would and marks the pairs an order asks for next, until 95% of the positives are known, that is, marked or rightly suggested with
 * confidence.
 *
 * A decision is one action: marking one pair (including the first examples and the audit pairs), or accepting all confident
 * suggestions at once, which happens once, at the end. Each round therefore reports what would be known if that were done now;
 * suggestions aren't trained on.
 * @throws UserError `benchmark-folder`, `simulate-labels`, those of the backbone and of training; the signal's reason
 */
export async function simulate(
  input: SimulateInput,
  { signal, progress }: SimulateContext = {},
): Promise<SimulateResult> {
  progress?.({ phase: 'reading' })
  const data = someImages(await readLabelledFolder(input.folder, 1), input)
  const features = await cachedFeatures(data.images, input, { signal, progress })
  try {
    const { seed, device } = input
    const pooled = await features.source.readPooled(features.records)
    const near = await nearImages(pooled, features.source.channels, { seed, device, signal })
    const play = new Play(data, features, near, input, { signal, progress })
    const results: OrderResult[] = []
    for (const order of input.orders) results.push(await play.of(order))
    const decisions = (order: Order): number => results.find((one) => one.order === order)?.decisions ?? Number.NaN
    const fewer = 1 - decisions('ours') / decisions('random')
    return {
      ...{ images: data.images.length, labels: data.labels, backbone: features.backbone, orders: results },
      positives: data.truth.reduce((sum, y) => sum + y, 0),
      fewerThanRandom: Number.isNaN(fewer) ? null : fewer,
    }
  } finally {
    await features.close()
  }
}

/** @throws UserError `simulate-labels` if no label is left */
function someImages(all: LabelledImages, { images, labelsWithAtLeast, seed }: SimulateInput): LabelledImages {
  const width = all.labels.length
  const places = new RandomState(seed).shuffle(Int32Array.from(all.images.keys()))
  const rows = Array.from(places.slice(0, images ?? places.length).sort())
  const counts = all.labels.map((_, label) => rows.reduce((sum, row) => sum + all.truth[row * width + label], 0))
  const least = Math.max(leastPerSide, labelsWithAtLeast)
  const kept = counts.flatMap((count, label) => (count >= least && count <= rows.length - leastPerSide ? [label] : []))
  if (kept.length === 0) {
    throw new UserError(
      'simulate-labels',
      `No label is present in ${least} of the ${rows.length} images, and absent in ${leastPerSide} others.`,
      'Use more images or a smaller --labels-with-at-least.',
    )
  }
  return {
    images: rows.map((row) => all.images[row]),
    labels: kept.map((label) => all.labels[label]),
    truth: Uint8Array.from(rows.flatMap((row) => kept.map((label) => all.truth[row * width + label]))),
  }
}

/** Plays several orders, all from the same examples and the same first training. */
class Play {
  readonly #data: LabelledImages
  readonly #features: CachedFeatures
  readonly #near: Neighbours
  readonly #input: SimulateInput
  readonly #context: SimulateContext
  #first: AskInput | undefined

  constructor(
    data: LabelledImages,
    features: CachedFeatures,
    near: Neighbours,
    input: SimulateInput,
    context: SimulateContext,
  ) {
    this.#data = data
    this.#features = features
    this.#near = near
    this.#input = input
    this.#context = context
  }

  async of(order: Order): Promise<OrderResult> {
    const { seed, rounds } = this.#input
    const { truth, labels } = this.#data
    const width = labels.length
    const random = new RandomState(seed)
    let states = this.#examples(new RandomState(seed))
    const begun = countKnown(states)
    const factor = (states.length / begun) ** (1 / rounds)
    const tallies: RoundTally[] = []
    for (let round = 0; round <= rounds; round++) {
      if (countKnown(states) === states.length) {
        tallies.push(tally(round, truth, states, new Float32Array(states.length), width, { audit: nobody }))
        break
      }
      const model = await this.#train(states, order, round)
      const next = Math.min(states.length, Math.max(countKnown(states) + 1, Math.round(begun * factor ** (round + 1))))
      const asked = askNext(order, model, next - countKnown(states), random)
      tallies.push(tally(round, truth, states, model.probabilities, width, asked))
      if (tallies.at(-1)!.positivesKnown >= goal) break
      states = states.slice()
      for (const at of asked.pairs) states[at] = truth[at] === 1 ? State.present : State.absent
    }
    return { order, rounds: tallies, decisions: decisionsTo(goal, tallies) }
  }

  #examples(random: RandomState): Int8Array {
    const { truth, labels } = this.#data
    const states = new Int8Array(truth.length)
    for (let label = 0; label < labels.length; label++) {
      for (const y of [1, 0]) {
        const places = Int32Array.from(truth.keys()).filter((at) => at % labels.length === label && truth[at] === y)
        for (const at of random.shuffle(places).slice(0, examples)) states[at] = y === 1 ? State.present : State.absent
      }
    }
    return states
  }

  async #train(states: Int8Array, order: Order, round: number): Promise<AskInput> {
    if (round === 0 && this.#first) return this.#first
    const { orders, rounds, seed, device } = this.#input
    const { signal, progress } = this.#context
    const labelNames = this.#data.labels
    const { source, records } = this.#features
    const { probabilities, suggester } = await fineTune(
      { source, records, states, labelNames },
      {
        ...{ seed, device, signal },
        onProgress: ({ fraction }) => {
          const done = (orders.indexOf(order) + (round + fraction) / (rounds + 1)) / orders.length
          progress?.({ phase: 'playing', order, round, fraction: done })
        },
      },
    )
    const { conditional } = suggester
    const model = { probabilities, states, labels: labelNames.length, near: this.#near, conditional }
    if (round === 0) this.#first = model
    return model
  }
}

const nobody: Asked['audit'] = { present: new Int32Array(0), absent: new Int32Array(0) }
