import { FeatureReader } from '../../backbone/cache/featureReader.ts'
import type { FeatureSource } from '../../exchange/records.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { builtInBackbone } from './training.ts'

export interface OpenFeatures {
  source: FeatureSource
  close: () => Promise<void>
}

/** The features computed so far with the project's backbone; undefined if there are none. */
export async function openFeatures(
  { project, context }: ReadableWorkspace,
  signal?: AbortSignal,
): Promise<OpenFeatures | undefined> {
  const specification = project.settings.get('backbone') ?? builtInBackbone
  const backbone = await context.compute.run('resolveBackbone', { specification }, { signal })
  const reader = await FeatureReader.open(project.cacheFolder, backbone)
  if (!reader) return undefined
  const images: { id: number; path: string }[] = []
  const keys: string[] = []
  for (const { id, path, sha256, status } of project.images.known()) {
    if (status !== 'ok' || sha256 === null || !reader.has(sha256)) continue
    images.push({ id, path })
    keys.push(sha256)
  }
  const records = reader.recordsOf(keys)
  return {
    source: {
      backbone: backbone.name,
      dimension: backbone.dimension,
      images,
      read: (rows) => reader.readPooled(rows.map((row) => records[row])),
    },
    close: () => reader.close(),
  }
}
