import { availableParallelism } from 'node:os'
import { mostMembers } from '../../sst/factoredPairs.ts'
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
  /** as `dealFolds` gives it, N×C */
  fold: Uint8Array
  baseline: CrossFittedBaseline
  /** logits of a head on all images, N×C */
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
  /** Where they are kept while they train; what is kept there already is gone on from. */
  checkpoints?: Checkpoints
  signal?: AbortSignal
  onProgress?: (progress: NetworksProgress) => void
}

/** Memory that networks trained side by side may take together. */
const memoryAtOnce = 1.5 * 1024 ** 3

/**
 * Trains one network for each fold that leaves it out. On the CPU they are trained side by side, each on its own thread: the
 * many small operators of a step gain little from several threads, and the threads of one run wait for each other at each.
 * @throws the signal's reason when cancelled
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
    curve.begins(k, data, sizes.labels)
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
  if (trained.some(({ resumed }) => resumed)) checkpoints?.goesOn()
  return trained
}

function networksAtOnce(
  sizes: NetworkSizes,
  positions: number,
  { device, batch }: Pick<SstOptions, 'device' | 'batch'>,
  folds: number,
): number {
  if (device !== 'cpu' || availableParallelism() === 1) return 1
  // What a step keeps for its backward pass is mostly some dozens of [B, C, D], and what the pairs need.
  const { labels, channels, output, graph, steps, pairs, rank } = sizes
  // Whole pairs outweigh the label graph by far; factored ones don't.
  const related = rank > 0 ? 12 * (steps * graph + mostMembers) : pairs ? 3 * labels * output : 0
  const entries = batch * labels * (24 * channels + positions + related)
  return Math.max(1, Math.min(folds, Math.floor(memoryAtOnce / (4 * entries + 64 * 1024 ** 2))))
}

/** What the network without fold k is trained on, in shared memory where it is large. */
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

/** One curve of several trainings: it moves on when all of them have. */
class Curve {
  readonly #report: ((progress: NetworksProgress) => void) | undefined
  readonly #latest: (SstStep | undefined)[]
  readonly #baseline: number[] = []
  readonly #measured: number[][]
  #told = 0

  constructor(networks: number, report: ((progress: NetworksProgress) => void) | undefined) {
    this.#report = report
    this.#latest = new Array(networks).fill(undefined)
    this.#measured = this.#latest.map(() => [])
  }

  begins(k: number, { offsets, heldOut }: SstData, labels: number): void {
    if (this.#report) this.#baseline[k] = heldOutMeanAveragePrecision(offsets, heldOut, labels)
  }

  step(k: number, step: SstStep): void {
    if (!this.#report) return
    this.#latest[k] = step
    const begun = this.#latest.filter((one) => one !== undefined)
    const fraction = begun.reduce((total, one) => total + one.step / one.steps, 0) / this.#latest.length
    const losses = meanLosses(begun)
    if (this.#told === 0) {
      this.#told = 1
      this.#report({ fraction, losses, validation: { mAP: meanOf(this.#baseline), of: 'linear' } })
    }
    if (step.mAP !== undefined) this.#measured[k].push(step.mAP)
    const together = this.#measured.filter((curve) => curve.length >= this.#told)
    const complete = together.length === begun.length && step.mAP !== undefined
    if (!complete) {
      this.#report({ fraction, losses })
      return
    }
    const mAP = meanOf(together.map((curve) => curve[this.#told - 1]))
    this.#told++
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
