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

/** The backbone's last stage, and what it is fed with. */
export interface LastStageSource extends CutBackbone {
  /** Features before it, [rows, positions, channels]. @param rows of the images that are trained on and scored */
  readTrunk(rows: Int32Array): Promise<Float16Array>
}

/** Mean average precision on held-out known labels, of SST on the backbone as it was and on the one that was trained on. */
export interface LastStageReport {
  frozen: number
  tuned: number
  /** Whether the trained one is better by `leastGain`, and so suggests. */
  kept: boolean
}

export interface LastStageInput extends Omit<TailSetting, 'cut'> {
  source: LastStageSource
  /** One for each fold, trained on the features as they were. */
  networks: readonly TrainedNetwork[]
  /** What the network without fold k was trained on. */
  dataWithout: (k: number) => Promise<SstData>
  /** The images of those data among all, [rows] */
  rows: Int32Array
  /** y and fold of all images, N×C */
  states: Int8Array
  fold: Uint8Array
  /** Logits of all images by each fold's baseline, and by its network on top of that, N×C each. */
  logits: { linear: readonly Float32Array[]; sst: readonly Float32Array[] }
}

export interface TunedLastStage {
  report: LastStageReport
  networks: TunedNetwork[]
  /** As `logits.sst`, by the tuned networks. */
  sst: Float32Array[]
}

/**
 * As the network alone is trained, but shorter: with its last stage moving along it has learnt by heart what is known sooner (more
 * epochs, and a faster pace, were worse on held-out labels).
 */
export const tailSchedule = { epochs: 1, leastSteps: 80, batch: 16, learningRate: 2e-3, weightDecay: 0.3, pace: 0.05 }

/** Half a point: smaller gains on held-out labels were chance, and gone on labels that had been hidden. */
export const leastGain = 0.005

/** How much of the time is the scoring's. */
const scoringShare = 0.1

/**
 * Trains the backbone's last stage with each fold's network, without that fold (METHOD 1: "only its last stage training"), and
 * compares on the known labels that were held out.
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
  return { report: { frozen, tuned: after, kept: after - frozen >= leastGain }, networks: tuned, sst }
}
