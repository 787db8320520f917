import { statfs } from 'node:fs/promises'
import type { Backbone } from '../../backbone/backbone.ts'
import { cutBackbone, trunkBytes } from '../../backbone/resolve/cutBackbone.ts'
import { resolveBackbone } from '../../backbone/resolve/resolve.ts'
import { UserError } from '../../base/errors.ts'
import { RandomState } from '../../base/random.ts'
import { State } from '../../domain/state.ts'
import { startAtBaseline } from '../../sst/network.ts'
import type { Device } from '../../tensor/run/session.ts'
import { folds, networkSizes } from '../fineTune.ts'
import { adjacencyEntries } from '../network/adjacency.ts'
import type { CutBackbone } from './tailGraph.ts'
import { openTailTrainer, type TailSetting, tailFeeds, tailSteps } from './tailTraining.ts'
import { tailSchedule } from './tune.ts'

export interface LastStagePlanInput {
  /** The name or path of the backbone that the images were embedded with (see `resolveBackbone`). */
  backbone: string
  /** The project's, absolute. */
  cacheFolder: string
  images: number
  /** How many of the images have a known label. */
  labelled: number
  labels: number
  device: Device
}

/** What training a backbone's last stage would cost. */
export interface LastStagePlan {
  /** The part before the last stage, with which the images have to be embedded first. */
  trunk: Backbone
  /** The number of weights in the last stage. */
  weights: number
  /** Disk space for the trunk's features of all images. */
  bytes: number
  /** Time for training and scoring, extrapolated from a few steps. */
  seconds: number
}

const measuredSteps = 2

/**
 * Estimates what training the last stage would cost, by training a few steps.
 * @throws UserError `backbone-uncut`, `operator-unsupported`, `model-weights-outside`, `disk-full`, `device-failed`, and the
 *   backbone's own
 */
export async function planLastStage(
  input: LastStagePlanInput,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<LastStagePlan> {
  const { cacheFolder, images, labelled, labels, device } = input
  const backbone = await resolveBackbone(input.backbone, signal)
  const stage = await cutBackbone(backbone, input.backbone, cacheFolder)
  const bytes = images * trunkBytes(stage)
  const { bavail, bsize } = await statfs(cacheFolder)
  if (bavail * bsize < bytes) {
    throw new UserError(
      'disk-full',
      `The features before the last stage need ${gigabytes(bytes)} of disk space, but only ${gigabytes(bavail * bsize)} is free.`,
      'Free some space, or train without --unfreeze.',
    )
  }
  const { batch, steps } = tailSteps(labelled, tailSchedule)
  const { seconds, weights } = await measure({ backbone, stage }, labels, batch, device)
  // A forward pass is about a third of a step.
  const scoring = images / batch / 3
  return { trunk: stage.trunk, weights, bytes, seconds: folds * (steps + scoring) * seconds }
}

/** Measures the seconds per step, on random features. */
async function measure(
  cut: CutBackbone,
  labels: number,
  batch: number,
  device: Device,
): Promise<{ seconds: number; weights: number }> {
  const random = new RandomState(0)
  const { dimension } = cut.backbone
  const sizes = networkSizes(labels)
  sizes.channels = Math.min(sizes.channels, dimension)
  const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal())
  const setting: TailSetting = {
    cut,
    sizes,
    words: draw(labels * sizes.word),
    preparation: {
      mean: new Float32Array(dimension),
      scale: new Float32Array(dimension).fill(1),
      directions: draw(dimension * sizes.channels),
      width: sizes.channels,
      gain: 1,
    },
  }
  const adjacency = new Float32Array(adjacencyEntries(sizes))
  const network = { parameters: startAtBaseline(sizes, random), adjacency, resumed: false }
  const { grid, dimension: channels } = cut.stage.trunk
  const rows = Int32Array.from({ length: batch }, (_, i) => i)
  const trunk = Float16Array.from(draw(batch * grid.height * grid.width * channels))
  const targets = Int8Array.from({ length: batch * labels }, (_, i) => (i % 2 === 0 ? State.present : State.absent))
  const feeds = tailFeeds(trunk, rows, { targets, offsets: new Float32Array(batch * labels) }, setting)
  const { trainer, start } = await openTailTrainer(network, setting, batch, { ...tailSchedule, device })
  try {
    // Not measured: the first step includes one-off preparations.
    await trainer.step(feeds, 0)
    const begun = performance.now()
    for (let i = 0; i < measuredSteps; i++) await trainer.step(feeds, 0)
    const weights = [...start.values()].reduce((total, { data }) => total + data.length, 0)
    return { seconds: (performance.now() - begun) / 1000 / measuredSteps, weights }
  } finally {
    await trainer.close()
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
