import { readClassifier } from '../backbone/classifier.ts'
import { embed } from '../backbone/embed.ts'
import { FeatureReader } from '../backbone/featureReader.ts'
import { resolveBackbone } from '../backbone/resolve.ts'
import { UserError } from '../base/errors.ts'
import type { Device } from '../tensor/session.ts'
import type { FeatureSource } from '../training/features.ts'
import { sourceOf } from '../training/train.ts'
import type { ImageFile } from './imageFiles.ts'

export interface CachedFeatures {
  source: FeatureSource
  /** The record of each image. */
  records: Int32Array
  /** The backbone's name. */
  backbone: string
  close(): Promise<void>
}

export type EmbeddingProgress = { phase: 'embedding'; done: number; total: number; secondsLeft: number | undefined }

/**
 * Embeds the images that have no features yet, and opens the features of all.
 * @throws UserError `features-missing`, those of the backbone and of embedding; the signal's reason
 */
export async function cachedFeatures(
  images: readonly ImageFile[],
  input: { backbone: string; cacheFolder: string; device: Device },
  { signal, progress }: { signal?: AbortSignal; progress?(report: EmbeddingProgress): void } = {},
): Promise<CachedFeatures> {
  const backbone = await resolveBackbone(input.backbone)
  await embed(
    { ...input, images: images.map((image, id) => ({ id, ...image })), backbone },
    {
      signal,
      progress: ({ done, total, secondsLeft }) => progress?.({ phase: 'embedding', done, total, secondsLeft }),
    },
  )
  signal?.throwIfAborted()
  const reader = await FeatureReader.open(input.cacheFolder, backbone)
  if (!reader) throw new UserError('features-missing', 'None of the images could be embedded.', 'Look at the images.')
  try {
    const records = reader.recordsOf(images.map(({ sha256 }) => sha256))
    const source = sourceOf(reader, await readClassifier(backbone))
    return { source, records, backbone: backbone.name, close: () => reader.close() }
  } catch (error) {
    await reader.close()
    throw error
  }
}
