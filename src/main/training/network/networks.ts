import { availableParallelism } from 'node:os'
import { maxMembers } from '../../sst/factoredPairs.ts'
import type { NetworkSizes } from '../../sst/network.ts'
import type { Checkpoints } from '../checkpoint.ts'
import { type CrossFittedBaseline, offsetsWithout } from '../heads/crossFitting.ts'
import type { LinearHeads } from '../heads/linearBaseline.ts'
import { heldOutMeanAveragePrecision } from '../measure/heldOut.ts'
import type { SstData } from './data.ts'
import { trainInWorker } from './networkPool.ts'
import { type SstOptions, type SstStep, type TrainedNetwork, trainNetwork } from './sstTraining.ts'

/** What all networks of a run share. */
export interface NetworksInput {
  /** [N, L, D] of the labelled images, in shared memory */
  grid: Float16Array
  positions: number
  /** y, N×C */
  states: Int8Array
  /** from `dealFolds`, N×C */
  fold: Uint8Array
  baseline: CrossFittedBaseline
  /** Computes a head's logits on all images, N×C. */
  logitsOf: (heads: LinearHeads) => Promise<Float32Array>
  words: Float32Array
}

export interface NetworksProgress {
  /** 0 … 1 over all networks */
  fraction: number
  /** Means over the networks. */
  losses: SstStep['losses']
  /** Mean average precision on held-out entries, when newly measured. */
  validation?: { mAP: number; of: 'linear' | 'sst' }
}

export interface NetworksOptions extends Omit<SstOptions, 'onStep' | 'checkpoint'> {
  /** Where the networks are saved while they train, and resumed from. */
  checkpoints?: Checkpoints
  signal?: AbortSignal
  onProgress?: (progress: NetworksProgress) => void
}

/** Bytes that networks trained in parallel may take together. */
const memoryAtOnce = 1.5 * 1024 ** 3

/**
 * Trains one network without each fold. On the CPU they are trained in parallel, one thread each: a step consists of many small
 * operators, which gain little from several threads that have to wait for one another after each.
 * @returns the networks, [folds]
 * @throws as `trainNetwork`
 */
export async function trainNetworks(
  input: NetworksInput,
  sizes: NetworkSizes,
  { onProgress, checkpoints, ...options }: NetworksOptions,
): Promise<TrainedNetwork[]> {
  const { folds } = input.baseline
  const curve = new Curve(folds, onProgress)
  const atOnce = networksAtOnce(sizes, input.positions, options, folds)
  const threads = Math.max(1, Math.floor(availableParallelism() / atOnce))
  const trained: TrainedNetwork[] = []
  /** One that fails stops the others. */
  const failure = new AbortController()
  const signal = AbortSignal.any([failure.signal, ...(options.signal ? [options.signal] : [])])
  const train = async (k: number) => {
    const data = await dataWithout(k, input)
    curve.begin(k, data, sizes.labels)
    const onStep = (step: SstStep) => curve.step(k, step)
    const checkpoint = checkpoints && { folder: checkpoints.folder, name: `network-${k}` }
    const own = { ...options, seed: options.seed + k, signal, onStep, checkpoint }
    trained[k] =
      atOnce === 1 ? await trainNetwork(data, sizes, own) : await trainInWorker(data, sizes, { ...own, threads })
  }
  for (let start = 0; start < folds; start += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, folds - start) }, (_, i) => start + i)
    await Promise.all(some.map((k) => train(k).catch((error) => failure.abort(error))))
    options.signal?.throwIfAborted()
    failure.signal.throwIfAborted()
  }
  if (trained.some(({ resumed }) => resumed)) checkpoints?.markResumed()
  return trained
}

function networksAtOnce(
  sizes: NetworkSizes,
  positions: number,
  { device, batch }: Pick<SstOptions, 'device' | 'batch'>,
  folds: number,
): number {
  if (device !== 'cpu' || availableParallelism() === 1) return 1
  // A step keeps for its backward pass mainly some two dozen tensors of [B, C, D], and those of the label relations.
  const { labels, channels, output, graph, steps, pairs, rank } = sizes
  // Full pairs need far more than the label graph, so only they are counted; factored ones need about as much.
  const related = rank > 0 ? 12 * (steps * graph + maxMembers) : pairs ? 3 * labels * output : 0
  const entries = batch * labels * (24 * channels + positions + related)
  return Math.max(1, Math.min(folds, Math.floor(memoryAtOnce / (4 * entries + 64 * 1024 ** 2))))
}

/** The training data of the network without fold k, with the large arrays in shared memory. */
export async function dataWithout(k: number, input: NetworksInput): Promise<SstData> {
  const { grid, positions, states, fold, words } = input
  const logits = await offsetsWithout(k, input.baseline, fold, input.logitsOf)
  const offsets = new Float32Array(new SharedArrayBuffer(logits.byteLength))
  offsets.set(logits)
  const targets = new Int8Array(new SharedArrayBuffer(states.length))
  const heldOut = new Int8Array(new SharedArrayBuffer(states.length))
  states.forEach((state, at) => {
    if (fold[at] === k) heldOut[at] = state
    else targets[at] = state
  })
  return { grid, positions, targets, offsets, words, heldOut }
}

/** Merges the learning curves of several networks: a point is reported once all of them have reached it. */
class Curve {
  readonly #report: ((progress: NetworksProgress) => void) | undefined
  readonly #latest: (SstStep | undefined)[]
  readonly #baseline: number[] = []
  readonly #measured: number[][]
  #reported = 0

  constructor(networks: number, report: ((progress: NetworksProgress) => void) | undefined) {
    this.#report = report
    this.#latest = new Array(networks).fill(undefined)
    this.#measured = this.#latest.map(() => [])
  }

  begin(k: number, { offsets, heldOut }: SstData, labels: number): void {
    if (this.#report) this.#baseline[k] = heldOutMeanAveragePrecision(offsets, heldOut, labels)
  }

  step(k: number, step: SstStep): void {
    if (!this.#report) return
    this.#latest[k] = step
    const begun = this.#latest.filter((one) => one !== undefined)
    const fraction = begun.reduce((total, one) => total + one.step / one.steps, 0) / this.#latest.length
    const losses = meanLosses(begun)
    if (this.#reported === 0) {
      this.#reported = 1
      this.#report({ fraction, losses, validation: { mAP: meanOf(this.#baseline), of: 'linear' } })
    }
    if (step.mAP !== undefined) this.#measured[k].push(step.mAP)
    const together = this.#measured.filter((curve) => curve.length >= this.#reported)
    const complete = together.length === begun.length && step.mAP !== undefined
    if (!complete) {
      this.#report({ fraction, losses })
      return
    }
    const mAP = meanOf(together.map((curve) => curve[this.#reported - 1]))
    this.#reported++
    this.#report({ fraction, losses, validation: { mAP, of: 'sst' } })
  }
}

function meanLosses(steps: readonly SstStep[]): SstStep['losses'] {
  const mean = (of: keyof SstStep['losses']): number => meanOf(steps.map(({ losses }) => losses[of]))
  return {
    known: mean('known'),
    pseudo: mean('pseudo'),
    cooccurrence: mean('cooccurrence'),
    distance: mean('distance'),
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0) / values.length
