import { rename, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../../base/files.ts'
import { indexName, recordsName } from './featureFormat.ts'

/*
 * Index and records of a cache are two files that belong together, and no file system renames two at once. So a new pair lies in
 * a folder beside them that gets its name in one step: from then on it is the cache, and whoever opens the cache moves it to its
 * place first. Killed anywhere, the next opening goes on.
 */

const nextName = 'next'

/** Puts a new pair in the place of the one that is there. @param made a folder of the same disk that holds both files and nothing else */
export async function replaceFeatures(folder: string, made: string): Promise<void> {
  await finishReplacing(folder)
  await rename(made, path.join(folder, nextName))
  await syncFolder(folder)
  await finishReplacing(folder)
}

/** Before a cache is opened: where a new pair was to take its place, it does. */
export async function finishReplacing(folder: string): Promise<void> {
  const next = path.join(folder, nextName)
  for (const name of [recordsName, indexName]) await unlessDone(rename(path.join(next, name), path.join(folder, name)))
  await unlessDone(rmdir(next))
}

async function unlessDone(step: Promise<void>): Promise<void> {
  await step.catch((error: NodeJS.ErrnoException) => {
    // It was done before, here or by another process.
    if (error.code !== 'ENOENT') throw error
  })
}
