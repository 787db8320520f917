import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { ViewsChoice } from '../../../contract/views.ts'
import { isInShard, type MergedCache, type Shard } from '../../backbone/cache/shards.ts'
import type { EmbedResult } from '../../backbone/embed/embed.ts'
import { withViews } from '../../backbone/list/registry.ts'
import { cancelled, UserError } from '../../base/errors.ts'
import type { Device } from '../devices/devices.ts'
import { onDevice } from '../devices/onDevice.ts'
import type { StartedJob } from '../jobs.ts'
import { counted } from '../words.ts'
import type { Workspace } from '../workspace.ts'
import { builtInBackbone, embedMissing } from './training.ts'

export type { Shard }

/** The cache folder of one part: beside the project but apart from its own cache, so that parts never wait for each other. */
export function shardFolder({ project }: Workspace, { part, of }: Shard): string {
  return `${project.path}-shard-${part}-of-${of}`
}

/**
 * Embeds one part of the images into a cache of its own. Nothing is written to the project, which may be open on many machines at
 * once.
 */
export function startShard(
  workspace: Workspace,
  { shard, device, views }: { shard: Shard; device?: string; views?: ViewsChoice },
): StartedJob<EmbedResult> {
  const { context, project } = workspace
  const named = project.settings.get('backbone') ?? builtInBackbone
  const backbone = views ? withViews(named, views) : named
  const images = [...project.images.known()].filter(({ sha256 }) => sha256 !== null && isInShard(sha256, shard))
  return context.jobs.start('train', `Embed part ${shard.part} of ${shard.of}`, async (job) => {
    const into = { cacheFolder: shardFolder(workspace, shard), passOver: project.cacheFolder }
    const run = (on: Device) => embedMissing(workspace, job, images, on, backbone, into)
    const result = await onDevice(context, device ?? project.settings.get('device'), run)
    if (!result.complete) throw cancelled('Embedding')
    return { result, outcome: `${counted(result.embedded, 'image')} embedded.` }
  })
}

/** The cache folders of parts beside a project. */
export function shardFolders({ project }: Workspace): string[] {
  const folder = path.dirname(project.path)
  const prefix = `${path.basename(project.path)}-shard-`
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d+-of-\d+$/.test(name.slice(prefix.length)))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => path.join(folder, name))
}

/**
 * Merges the features of parts into the project's cache.
 * @param folders caches of parts, absolute. @default all beside the project
 * @throws UserError `cache-missing`, `cache-in-use`, `features-damaged`
 */
export function startMergeCaches(
  workspace: Workspace,
  folders: readonly string[] = [],
): StartedJob<{ caches: MergedCache[]; parts: string[] }> {
  const { context, project } = workspace
  workspace.requireWritable()
  const parts = folders.length > 0 ? [...folders] : shardFolders(workspace)
  if (parts.includes(project.cacheFolder)) {
    throw new UserError('cache-own', 'The project’s own cache isn’t a part to join.', 'Give the caches of the parts.')
  }
  const keys = [...project.images.known()].flatMap(({ status, sha256 }) =>
    status === 'ok' && sha256 !== null ? [sha256] : [],
  )
  return context.jobs.start('train', 'Join features', async (job) => {
    job.update({ phase: 'Joining features' })
    const caches = await context.compute.run(
      'mergeCaches',
      { cacheFolder: project.cacheFolder, parts, keys },
      { signal: job.signal, onProgress: ({ done, total }) => job.update({ fraction: done / total }) },
    )
    const images = Math.max(...caches.map((one) => one.images))
    return { result: { caches, parts }, outcome: `Features of ${counted(images, 'image')} joined.` }
  })
}
