import type { RandomState } from '../../base/random.ts'
import type { ExemplarBank } from '../../sst/exemplarBank.ts'
import type { NetworkSizes } from '../../sst/network.ts'
import type { Trainer, TrainerState } from '../../tensor/run/trainer.ts'
import { Checkpoints } from '../checkpoint.ts'
import type { SstOptions } from './sstTraining.ts'

/** Everything that changes from step to step while a network trains. */
export interface NetworkRun {
  /** Parameters, moments and step count */
  trainer: Trainer
  random: RandomState
  /** In this epoch's order; shuffled in place. */
  rows: Int32Array
  bank: ExemplarBank
}

/** A checkpoint can be resumed only by a run with the same setting. */
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

/** Where a network's checkpoint is kept, in a form that can be passed to a thread. */
export interface CheckpointPlace {
  /** The run's checkpoints, absolute. */
  folder: string
  /** The network's name within the run. */
  name: string
}

/** Seconds since the last save from which the end of an epoch is saved: repeating a shorter stretch costs less than saving it. */
const epochEndInterval = 0.25
/** Seconds since the last save from which any step is saved. */
const anyStepInterval = 5

/** Saves a network while it trains, so that a kill loses at most one epoch or a few seconds. */
export class NetworkCheckpoint {
  readonly #checkpoints: Checkpoints
  readonly #name: string
  #savedAt = performance.now()

  constructor({ folder, name }: CheckpointPlace) {
    this.#checkpoints = new Checkpoints(folder)
    this.#name = name
  }

  /**
   * Restores the run to where it was last saved. On the same device, it then produces the same numbers, bit for bit, as a run
   * that was never interrupted.
   * @returns the number of steps already done; 0 without a usable checkpoint
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

  /** To be called after every step: saves the run if it's time. */
  async save({ trainer, random, rows, bank }: NetworkRun, setting: NetworkSetting): Promise<void> {
    const { steps, perEpoch } = setting
    const seconds = (performance.now() - this.#savedAt) / 1000
    const epochEnds = trainer.steps % perEpoch === 0
    if (trainer.steps < steps && seconds < (epochEnds ? epochEndInterval : anyStepInterval)) return
    const state = await trainer.state()
    // Training fails at the next step; the previous checkpoint is still good, and must not be overwritten.
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

/** A string that is equal for equal settings. The device and the callbacks aren't part of the setting. */
function settingOf({ sizes, options, perEpoch, steps }: NetworkSetting): string {
  const { device: _d, threads: _t, signal: _s, onStep: _o, checkpoint: _c, ...rest } = options
  return JSON.stringify({ sizes, perEpoch, steps, ...rest })
}
