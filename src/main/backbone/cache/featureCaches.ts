import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../base/errors.ts'
import { temporaryName } from '../../base/leftOvers.ts'
import { writeCacheFile } from '../../images/cacheFolder.ts'
import type { Backbone } from '../backbone.ts'
import { entryBytes, headerBytes, indexName } from './featureFormat.ts'
import { featureFolder } from './featureReader.ts'
import { lockFolder } from './lock.ts'

/** Names the backbone of a feature folder, whose own name is a hash. */
const aboutName = 'about.json'

/** The same model may be known under several names. */
const about = z.object({ names: z.array(z.string()), width: z.number(), height: z.number() })
type About = z.infer<typeof about>

export interface FeatureCache {
  identity: string
  /** Null for caches from before backbones were recorded. */
  backbone: About | null
  images: number
  bytes: number
}

/** Records which backbone the features come from. */
export async function describeCache(cacheFolder: string, backbone: Backbone): Promise<void> {
  const { name, input } = backbone
  const folder = featureFolder(cacheFolder, backbone)
  const names = (await readAbout(folder))?.names ?? []
  if (names.includes(name)) return
  const text = JSON.stringify({ names: [...names, name], width: input.width, height: input.height })
  await writeCacheFile(path.join(folder, aboutName), (temporary) => writeFile(temporary, text))
}

/** The project's features by backbone, largest first. */
export async function listCaches(cacheFolder: string): Promise<FeatureCache[]> {
  const folder = path.join(cacheFolder, 'features')
  const names = (await readdir(folder).catch(() => [])).filter((name) => isIdentity.test(name))
  const caches = await Promise.all(names.map((identity) => cacheIn(path.join(folder, identity), identity)))
  return caches.sort((a, b) => b.bytes - a.bytes)
}

const isIdentity = /^[0-9a-f]{32}$/

async function cacheIn(folder: string, identity: string): Promise<FeatureCache> {
  const sizeOf = (name: string): Promise<number> =>
    stat(path.join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    )
  const sizes = await Promise.all((await readdir(folder).catch(() => [])).map(sizeOf))
  const index = await sizeOf(indexName)
  return {
    identity,
    backbone: await readAbout(folder),
    images: Math.max(0, Math.floor((index - headerBytes) / entryBytes)),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  }
}

/**
 * Deletes the features of one backbone.
 * @returns bytes freed
 * @throws UserError `cache-unknown`, `cache-in-use`; what the file system throws
 */
export async function clearCache(cacheFolder: string, identity: string): Promise<number> {
  const cache = (await listCaches(cacheFolder)).find((one) => one.identity === identity)
  if (!cache) throw new UserError('cache-unknown', 'These features are already gone.', 'Reload the page.')
  const folder = path.join(cacheFolder, 'features', identity)
  const unlock = await lockFolder(folder)
  // After a kill in between, the rest has a temporary name and is removed when the project is next opened.
  const going = temporaryName(folder)
  try {
    await rename(folder, going)
  } finally {
    await unlock()
  }
  await rm(going, { recursive: true, force: true })
  return cache.bytes
}

async function readAbout(folder: string): Promise<About | null> {
  const text = await readFile(path.join(folder, aboutName), 'utf8').catch(() => '')
  return about.safeParse(jsonOf(text)).data ?? null
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
