import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { temporaryName } from '../../base/leftOvers.ts'
import type { Job } from '../../images/job.ts'
import { bytesOf, type CachedBackbone, decodeHeader, headerBytes, indexName } from './featureFormat.ts'
import { FeatureReader, featureFolder } from './featureReader.ts'
import { replaceFeatures } from './featureSwap.ts'
import { appendAtMost, FeatureWriter, type NewRecord } from './featureWriter.ts'
import { lockFolder } from './lock.ts'

/** One part of the images, counted from 1, and the number of parts. */
export interface Shard {
  part: number
  of: number
}

/** Whether an image is in a part. Decided by content, so that every machine agrees and copies of a picture stay together. */
export function isInShard(sha256: string, { part, of }: Shard): boolean {
  return Number.parseInt(sha256.slice(0, 12), 16) % of === part - 1
}

export interface MergeCachesInput {
  /** The project's cache folder, absolute; what it already has is joined too. */
  cacheFolder: string
  /** Cache folders of the parts, absolute. */
  parts: string[]
  /** SHA-256 of the project's images in their order, which is the order of the records. */
  keys: string[]
}

export interface MergedCache {
  /** The backbone's identity. */
  identity: string
  /** Images with features now, and how many of them are new to the project. */
  images: number
  added: number
  /** Images whose features differ between places; those of the first place were kept. */
  differing: number
  /** Images of the project that no cache has. */
  missing: number
}

/**
 * Joins feature caches. The result is byte for byte what one machine makes when it embeds all images of the project from the
 * beginning, followed by features of other images that only the project's own cache has.
 * @throws UserError `cache-missing`, `cache-in-use`, `features-damaged`; what the file system throws; the signal's reason
 */
export async function mergeCaches(
  { cacheFolder, parts, keys }: MergeCachesInput,
  { signal, progress }: Job<{ done: number; total: number }> = {},
): Promise<MergedCache[]> {
  const backbones = new Map<string, CachedBackbone>()
  for (const part of parts) for (const one of await backbonesIn(part)) backbones.set(one.identity, one)
  if (backbones.size === 0) {
    throw new UserError(
      'cache-missing',
      `There are no features in ${parts.join(', ') || 'any part'}.`,
      'Embed the parts first: surmise embed P.surmise --shard 1/4, and so on.',
    )
  }
  const order = [...new Set(keys)]
  const merged: MergedCache[] = []
  let before = 0
  for (const backbone of backbones.values()) {
    const total = backbones.size * order.length
    merged.push(
      await mergeOne(cacheFolder, parts, order, backbone, {
        signal,
        progress: ({ done }) => progress?.({ done: before + done, total }),
      }),
    )
    before += order.length
  }
  return merged
}

/** The backbones that a cache has features of, read from the headers. */
async function backbonesIn(folder: string): Promise<CachedBackbone[]> {
  const names = await readdir(path.join(folder, 'features')).catch(() => [])
  const found: CachedBackbone[] = []
  for (const name of names) {
    const header = Buffer.alloc(headerBytes)
    try {
      const file = await open(path.join(folder, 'features', name, indexName), 'r')
      await file.read(header, 0, headerBytes, 0).finally(() => file.close())
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
        continue
      throw error
    }
    const { identity, shape } = decodeHeader(header) ?? {}
    if (!shape || identity !== name) continue
    const { gridHeight: height, gridWidth: width, dimension } = shape
    found.push({ identity: name, grid: { height, width }, dimension })
  }
  return found
}

async function mergeOne(
  cacheFolder: string,
  parts: readonly string[],
  order: readonly string[],
  backbone: CachedBackbone,
  { signal, progress }: Job<{ done: number }>,
): Promise<MergedCache> {
  const target = featureFolder(cacheFolder, backbone)
  await mkdir(target, { recursive: true })
  // Nobody may write to it while it is replaced.
  const unlock = await lockFolder(target)
  const building = temporaryName(path.join(cacheFolder, 'merging'))
  const readers: FeatureReader[] = []
  try {
    for (const folder of [cacheFolder, ...parts]) {
      const reader = await FeatureReader.open(folder, backbone)
      if (reader) readers.push(reader)
    }
    const own = existsSync(path.join(target, indexName)) ? readers[0] : undefined
    const known = new Set(order)
    const others = (own?.keys ?? []).filter((key) => !known.has(key)).sort()
    const result = { identity: backbone.identity, images: 0, added: 0, differing: 0, missing: 0 }
    const writer = await FeatureWriter.open(building, backbone)
    try {
      const all = [...order, ...others]
      for (let start = 0; start < all.length; start += appendAtMost) {
        signal?.throwIfAborted()
        const records: NewRecord[] = []
        for (const key of all.slice(start, start + appendAtMost)) {
          const holding = readers.filter((reader) => reader.has(key))
          if (holding.length === 0) {
            result.missing++
            continue
          }
          const record = await recordOf(holding[0], key)
          if (await isOtherwise(holding.slice(1), key, record)) result.differing++
          if (holding[0] !== own) result.added++
          records.push({ key, record })
        }
        await writer.append(records)
        result.images += records.length
        progress?.({ done: Math.min(order.length, start + appendAtMost) })
      }
    } finally {
      await writer.close()
    }
    await Promise.all(readers.splice(0).map((reader) => reader.close()))
    await replaceFeatures(target, featureFolder(building, backbone))
    return result
  } finally {
    await Promise.all(readers.map((reader) => reader.close()))
    await rm(building, { recursive: true, force: true })
    await unlock()
  }
}

async function recordOf(reader: FeatureReader, key: string): Promise<Float16Array> {
  const { gridHeight, gridWidth, dimension } = reader.shape
  const at = reader.recordsOf([key])
  const length = gridHeight * gridWidth * dimension
  const record = new Float16Array(length + dimension)
  await reader.readGrid(at, record.subarray(0, length))
  await reader.readPooled(at, record.subarray(length))
  return record
}

async function isOtherwise(readers: readonly FeatureReader[], key: string, record: Float16Array): Promise<boolean> {
  for (const reader of readers) if (!bytesOf(await recordOf(reader, key)).equals(bytesOf(record))) return true
  return false
}
