import { rename, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../../base/files.ts'
import { indexName, recordsName } from './featureFormat.ts'

/*
 * Index and records of a cache belong together, but no file system renames two files at once. So a new pair is put into a folder
 * beside them that gets its final name in one step. From then on it is the cache, and whoever opens the cache first moves the pair
 * into place. After a kill at any point, the next opening continues.
 */

const nextName = 'next'

/** Replaces the current pair with a new one. @param made a folder on the same disk that holds only the two new files */
export async function replaceFeatures(folder: string, made: string): Promise<void> {
  await finishReplacing(folder)
  await rename(made, path.join(folder, nextName))
  await syncFolder(folder)
  await finishReplacing(folder)
}

/** Completes an interrupted replacement; call it before opening a cache. */
export async function finishReplacing(folder: string): Promise<void> {
  const next = path.join(folder, nextName)
  for (const name of [recordsName, indexName]) await unlessDone(rename(path.join(next, name), path.join(folder, name)))
  await unlessDone(rmdir(next))
}

async function unlessDone(step: Promise<void>): Promise<void> {
  await step.catch((error: NodeJS.ErrnoException) => {
    // Already done, here or by another process.
    if (error.code !== 'ENOENT') throw error
  })
}
