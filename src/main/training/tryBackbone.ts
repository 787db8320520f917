import { FeatureReader } from '../backbone/cache/featureReader.ts'
import { readClassifier } from '../backbone/resolve/classifier.ts'
import { resolveBackbone } from '../backbone/resolve/resolve.ts'
import { UserError } from '../base/errors.ts'
import type { Device } from '../tensor/run/session.ts'
import { fineTune } from './fineTune.ts'
import type { Metrics } from './measure/heldOut.ts'
import { sourceOf } from './train.ts'

export interface TryInput {
  /** The project's, absolute; it must hold the features of the images. */
  cacheFolder: string
  backbone: string
  /** SHA-256 of each image, [N] */
  keys: string[]
  labelNames: string[]
  /** y, row-major N×C: 1 present, -1 absent, 0 unknown */
  states: Int8Array
  device: Device
  seed: number
}

export interface TryResult {
  /** On held-out known labels, fractions. */
  mAP: Metrics['mAP']
  /** The number of known labels measured on. */
  heldOut: number
  /** Average precision of each label, [C]; NaN where it can't be measured. */
  averagePrecision: number[]
  seconds: number
}

/**
 * Estimates how good suggestions would be with a backbone: trains on these images just as Fine-tune does, measures on held-out
 * labels, and keeps nothing. For the same images, labels and seed, all backbones get the same folds, so results are comparable.
 * @throws UserError `features-missing`, `too-few-labels`, `device-failed`, those of the backbone; the signal's reason
 */
export async function tryBackbone(
  input: TryInput,
  { signal, progress }: { signal?: AbortSignal; progress?(fraction: number): void } = {},
): Promise<TryResult> {
  const begun = performance.now()
  const { labelNames, states, device, seed } = input
  const backbone = await resolveBackbone(input.backbone, signal)
  const reader = await FeatureReader.open(input.cacheFolder, backbone)
  if (!reader) throw new UserError('features-missing', 'The images have no features yet.', 'Embed the images first.')
  try {
    const { metrics, labels, learnt } = await fineTune(
      {
        ...{ source: sourceOf(reader, await readClassifier(backbone)), records: reader.recordsOf(input.keys) },
        ...{ states, labelNames },
      },
      { seed, device, signal, onProgress: ({ fraction }) => progress?.(fraction) },
    )
    const averagePrecision = labelNames.map(() => Number.NaN)
    labels.forEach((label, i) => {
      averagePrecision[learnt[i]] = label.averagePrecision.blend
    })
    const { mAP, heldOut } = metrics
    return { mAP, heldOut, averagePrecision, seconds: (performance.now() - begun) / 1000 }
  } finally {
    await reader.close()
  }
}
