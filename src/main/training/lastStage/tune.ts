import type { Device } from '../../tensor/run/session.ts'
import type { Checkpoints } from '../checkpoint.ts'
import { outOfFold } from '../heads/crossFitting.ts'
import { heldOutMeanAveragePrecision } from '../measure/heldOut.ts'
import type { SstData } from '../network/data.ts'
import type { TrainedNetwork } from '../network/sstTraining.ts'
import type { CutBackbone } from './tailGraph.ts'
import {
  type TailData,
  type TailOptions,
  type TailSetting,
  type TunedNetwork,
  trainTail,
  tunedLogits,
} from './tailTraining.ts'

/** A backbone's last stage, and the features that go into it. */
export interface LastStageSource extends CutBackbone {
  /** The trunk's features, [rows, positions, channels]. @param rows indices among all images */
  readTrunk(rows: Int32Array): Promise<Float16Array>
}

/** Mean average precision of SST on held-out known labels, with the pretrained and with the tuned last stage; fractions. */
export interface LastStageReport {
  frozen: number
  tuned: number
  /** Whether the tuned stage is better by at least `minGain`, and so is used for suggestions. */
  kept: boolean
}

export interface LastStageInput extends Omit<TailSetting, 'cut'> {
  source: LastStageSource
  /** One for each fold, trained on the frozen features. */
  networks: readonly TrainedNetwork[]
  /** The training data of the network without fold k. */
  dataWithout: (k: number) => Promise<SstData>
  /** The indices of the images of those data among all images. */
  rows: Int32Array
  /** y and fold of all images, N×C */
  states: Int8Array
  fold: Uint8Array
  /** For each fold, the logits of all images, N×C: the baseline's, and the network's on top of it. */
  logits: { linear: readonly Float32Array[]; sst: readonly Float32Array[] }
}

export interface TunedLastStage {
  report: LastStageReport
  networks: TunedNetwork[]
  /** Like `logits.sst`, but of the tuned networks. */
  sst: Float32Array[]
}

/**
 * The network's own schedule, shortened: with the last stage training too, it overfits sooner. (More epochs, and a faster pace,
 * were worse on held-out labels.)
 */
export const tailSchedule = { epochs: 1, minSteps: 80, batch: 16, learningRate: 2e-3, weightDecay: 0.3, pace: 0.05 }

/** Half a point: smaller gains on held-out labels were noise, and vanished on labels hidden from the whole run. */
export const minGain = 0.005

/** Scoring's share of the time, for the progress. */
const scoringShare = 0.1

/**
 * Trains the backbone's last stage once without each fold (METHOD 1: "only its last stage training"), and compares the result
 * with the frozen backbone on the known labels held out.
 * @throws as `trainTail`
 */
export async function tuneLastStage(
  { source, networks, dataWithout, rows, states, fold, logits, ...setting }: LastStageInput,
  options: {
    seed: number
    device: Device
    signal?: AbortSignal
    checkpoints?: Checkpoints
    /** 0 … 1 */
    onProgress?: (fraction: number) => void
  },
): Promise<TunedLastStage> {
  const { seed, device, signal, checkpoints } = options
  const { labels } = setting.sizes
  const images = states.length / labels
  const whole: TailSetting = { ...setting, cut: source }
  const tuned: TunedNetwork[] = []
  const sst: Float32Array[] = []
  for (const [k, network] of networks.entries()) {
    const at = (within: number): void => options.onProgress?.((k + within) / networks.length)
    const tune = async (): Promise<TunedNetwork> => {
      const { targets, offsets } = await dataWithout(k)
      const data: TailData = {
        targets,
        offsets,
        readTrunk: (some) => source.readTrunk(some.map((row) => rows[row])),
      }
      const own: TailOptions = { ...tailSchedule, seed: seed + k, device, signal }
      const onStep = (step: number, steps: number): void => at((1 - scoringShare) * (step / steps))
      return trainTail(data, network.adjacency, whole, { ...own, onStep })
    }
    tuned[k] = await (checkpoints?.once(`last-stage-${k}`, tailSchedule, tune) ?? tune())
    const beyond = await tunedLogits(tuned[k], whole, images, (some) => source.readTrunk(some), {
      device,
      signal,
      onProgress: (done) => at(1 - scoringShare + (scoringShare * done) / images),
    })
    sst[k] = logits.linear[k].map((base, i) => base + beyond[i])
  }
  const quality = (scores: readonly Float32Array[]): number =>
    heldOutMeanAveragePrecision(outOfFold(scores, fold), states, labels)
  const [frozen, after] = [quality(logits.sst), quality(sst)]
  return { report: { frozen, tuned: after, kept: after - frozen >= minGain }, networks: tuned, sst }
}
