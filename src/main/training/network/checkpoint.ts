import type { RandomState } from '../../base/random.ts'
import type { ExemplarBank } from '../../sst/exemplarBank.ts'
import type { NetworkSizes } from '../../sst/network.ts'
import type { Trainer, TrainerState } from '../../tensor/run/trainer.ts'
import { Checkpoints } from '../checkpoint.ts'
import type { SstOptions } from './sstTraining.ts'

/** All that changes from step to step while a network trains. */
export interface NetworkRun {
  /** Parameters, moments, and the number of the step. */
  trainer: Trainer
  random: RandomState
  /** In the order of this epoch, changed in place. */
  rows: Int32Array
  bank: ExemplarBank
}

/** What the run was set to: of another setting a checkpoint can't be gone on from. */
export interface NetworkSetting {
  sizes: NetworkSizes
  options: SstOptions
  perEpoch: number
  steps: number
}

interface Kept {
  setting: string
  trainer: TrainerState
  random: Uint32Array
  rows: Int32Array
  bank: { features: Float32Array; filled: Int32Array }
}

/** Where a network is kept, in words that a thread can be started with. */
export interface CheckpointPlace {
  /** Of the run's checkpoints, absolute. */
  folder: string
  /** Of the network among those of the run. */
  name: string
}

/** Seconds. An epoch that is over sooner is sooner done again than kept; a longer one is kept on the way too. */
const atEpochsAfter = 0.25
const atLatestAfter = 5

/** Keeps one network while it trains: the end of every epoch, so that a kill loses no more than one. */
export class NetworkCheckpoint {
  readonly #checkpoints: Checkpoints
  readonly #name: string
  #savedAt = performance.now()

  constructor({ folder, name }: CheckpointPlace) {
    this.#checkpoints = new Checkpoints(folder)
    this.#name = name
  }

  /**
   * Puts the run where it was when it was last kept. A run goes on from there to the same numbers, bit for bit, as one that was
   * never cut off, if it is on the same device.
   * @returns the steps that are done: 0 where there is nothing fit to go on from
   */
  async restore(run: NetworkRun, setting: NetworkSetting): Promise<number> {
    this.#savedAt = performance.now()
    const kept = (await this.#checkpoints.read(this.#name)) as Kept | undefined
    if (kept?.setting !== settingOf(setting)) return 0
    run.trainer.restore(kept.trainer)
    run.random.restore(kept.random)
    run.rows.set(kept.rows)
    run.bank.restore(kept.bank)
    return kept.trainer.steps
  }

  /** To be called after every step: keeps the run where it is time to. */
  async save({ trainer, random, rows, bank }: NetworkRun, setting: NetworkSetting): Promise<void> {
    const { steps, perEpoch } = setting
    const seconds = (performance.now() - this.#savedAt) / 1000
    const epochEnds = trainer.steps % perEpoch === 0
    if (trainer.steps < steps && seconds < (epochEnds ? atEpochsAfter : atLatestAfter)) return
    const state = await trainer.state()
    // The step that broke them is told by the next one; what was kept before it is still good.
    for (const values of state.tensors.values()) if (!values.every(Number.isFinite)) return
    const kept: Kept = {
      setting: settingOf(setting),
      trainer: state,
      random: random.state(),
      rows,
      bank: bank.state(),
    }
    await this.#checkpoints.write(this.#name, kept)
    this.#savedAt = performance.now()
  }
}

/** As a text that is equal for equal settings. Where it runs, and who looks on, is none of it. */
function settingOf({ sizes, options, perEpoch, steps }: NetworkSetting): string {
  const { device: _d, threads: _t, signal: _s, onStep: _o, checkpoint: _c, ...rest } = options
  return JSON.stringify({ sizes, perEpoch, steps, ...rest })
}
