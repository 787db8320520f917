import type { Backbone } from '../backbone/backbone.ts'
import { FeatureReader } from '../backbone/cache/featureReader.ts'
import { embed } from '../backbone/embed/embed.ts'
import { readClassifier } from '../backbone/resolve/classifier.ts'
import { cutBackbone } from '../backbone/resolve/cutBackbone.ts'
import { resolveBackbone } from '../backbone/resolve/resolve.ts'
import { UserError } from '../base/errors.ts'
import type { Device } from '../tensor/run/session.ts'
import type { FeatureSource } from '../training/description/features.ts'
import { openTrunkFeatures } from '../training/lastStage/trunkFeatures.ts'
import type { LastStageSource } from '../training/lastStage/tune.ts'
import { type NameEvidence, nameEvidence } from '../training/names/evidence.ts'
import { sourceOf } from '../training/train.ts'
import type { ImageFile } from './imageFiles.ts'

export interface CachedFeatures {
  source: FeatureSource
  /** Each image's record in the cache. */
  records: Int32Array
  /** The backbone's name. */
  backbone: string
  /** The backbone's last stage; undefined if it isn't to be trained. */
  lastStage?: LastStageSource
  /** Evidence from the label names; undefined if the backbone has no text encoder. Computed once. */
  names?(labelNames: readonly string[]): Promise<NameEvidence | undefined>
  close(): Promise<void>
}

export type EmbeddingProgress = { phase: 'embedding'; done: number; total: number; secondsLeft: number | undefined }

/**
 * Embeds the images without features, and opens the features of all images.
 * @throws UserError `features-missing`, those of the backbone and of embedding; the signal's reason
 */
export async function cachedFeatures(
  images: readonly ImageFile[],
  input: { backbone: string; cacheFolder: string; device: Device; unfreeze?: boolean },
  { signal, progress }: { signal?: AbortSignal; progress?(report: EmbeddingProgress): void } = {},
): Promise<CachedFeatures> {
  const backbone = await resolveBackbone(input.backbone, signal)
  const { cacheFolder, device } = input
  const embedAll = async (by: Backbone): Promise<void> => {
    const all = images.map((image, id) => ({ id, ...image }))
    await embed(
      { images: all, backbone: by, cacheFolder, device },
      {
        signal,
        progress: ({ done, total, secondsLeft }) => progress?.({ phase: 'embedding', done, total, secondsLeft }),
      },
    )
    signal?.throwIfAborted()
  }
  await embedAll(backbone)
  const stage = input.unfreeze ? await cutBackbone(backbone, input.backbone, cacheFolder) : undefined
  if (stage) await embedAll(stage.trunk)
  const reader = await FeatureReader.open(cacheFolder, backbone)
  if (!reader)
    throw new UserError('features-missing', 'None of the images could be embedded.', 'Check the image files.')
  try {
    const keys = images.map(({ sha256 }) => sha256)
    const records = reader.recordsOf(keys)
    const source = sourceOf(reader, await readClassifier(backbone))
    const trunk = stage && (await openTrunkFeatures(backbone, stage, cacheFolder, keys))
    const close = async (): Promise<void> => {
      await trunk?.close()
      await reader.close()
    }
    const read = (first: number, end: number) => reader.readPooled(records.subarray(first, end))
    let namesEvidence: ReturnType<typeof nameEvidence> | undefined
    const names = async (labelNames: readonly string[]): Promise<NameEvidence | undefined> => {
      namesEvidence ??= nameEvidence(input.backbone, backbone, labelNames, records.length, read, { device, signal })
      const evidence = await namesEvidence
      if (!evidence || 'vectors' in evidence) return evidence
      // Fine-tune would go on without names, but a benchmark must measure what was requested.
      throw new UserError('names-unusable', evidence.problem, 'Fix it, or remove the text encoder.')
    }
    return { source, records, backbone: backbone.name, lastStage: trunk?.source, names, close }
  } catch (error) {
    await reader.close()
    throw error
  }
}
