import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../base/errors.ts'
import { temporaryName } from '../base/leftOvers.ts'

/** The tag of https://bford.info/cachedir/: backup programs skip folders that contain it, and so does the scan. */
const tagName = 'CACHEDIR.TAG'
const tagSignature = 'Signature: 8a477f597d28d172789f06886806bc55'
const tag = `${tagSignature}
# What Surmise can make again: thumbnails, features, scores. Deleting this folder loses nothing.
# About cache directory tags: https://bford.info/cachedir/
`

/** Creates the cache folder, with its tag. */
export async function ensureCacheFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, tagName), tag, { flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** @param entries the names in the folder */
export async function isCacheFolder(folder: string, entries: readonly string[]): Promise<boolean> {
  if (!entries.includes(tagName)) return false
  const text = await readFile(path.join(folder, tagName), 'latin1').catch(() => '')
  return text.startsWith(tagSignature)
}

/**
 * The cache path for a file derived from content with this hash; spread over 256 folders, so that none grows too large.
 * @throws UserError `path-outside` if it isn't a hash, since the path could lead anywhere
 */
export function cachePath(folder: string, kind: string, sha256: string, extension: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new UserError('path-outside', 'The project file contains an invalid image fingerprint.', 'Rescan images.')
  }
  return path.join(folder, kind, sha256.slice(0, 2), `${sha256}.${extension}`)
}

/**
 * Writes a cache file atomically. No fsync: waiting for the disk 100,000 times costs more than recreating a file that a power cut
 * left empty (`isMade`).
 * @param make writes the file at the path it is given
 */
export async function writeCacheFile(target: string, make: (temporary: string) => Promise<unknown>): Promise<void> {
  const temporary = temporaryName(target)
  await mkdir(path.dirname(target), { recursive: true })
  try {
    await make(temporary)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

export async function isMade(target: string): Promise<boolean> {
  return stat(target).then(
    ({ size }) => size > 0,
    () => false,
  )
}
