import { constants } from 'node:fs'
import { copyFile, type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { temporaryName } from './leftOvers.ts'
import { narrow } from './umask.ts'

/** How many files to sync in parallel: a disk syncs several as fast as one. */
const syncedAtOnce = 16

/**
 * Writes a file atomically: readers see the old content or all of the new, even after a crash. Writes to a temporary name in the
 * same folder, syncs, renames.
 * @param write gets the open file
 * @param mode permissions, if narrower than usual
 */
export async function writeAtomically(
  target: string,
  write: (file: FileHandle) => Promise<void>,
  { mode }: { mode?: number } = {},
): Promise<void> {
  const folder = path.dirname(target)
  await mkdir(folder, { recursive: true })
  const temporary = temporaryName(target)
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
    await syncFolder(folder)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/**
 * Copies a file so that an incomplete copy never appears under its name; shares disk blocks where the file system can. The copy
 * isn't durable yet: after copying many files, call `syncTree` on their folder.
 * @param check inspects the copy before it gets its name; if it throws, there is no copy
 */
export async function copyWhole(from: string, target: string, check?: (copy: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true })
  const temporary = temporaryName(target)
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE)
    await narrow(temporary)
    await check?.(temporary)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Copies one file like `copyWhole`, and makes it durable. */
export async function copyDurably(from: string, target: string): Promise<void> {
  const temporary = temporaryName(target)
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE)
    await narrow(temporary)
    await syncFile(temporary)
    await rename(temporary, target)
    await syncFolder(path.dirname(target))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Makes a folder and everything in it durable. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const placeOf = (entry: { parentPath: string; name: string }): string => path.join(entry.parentPath, entry.name)
  const files = entries.filter((entry) => entry.isFile()).map(placeOf)
  const sync = async (): Promise<void> => {
    for (let file = files.pop(); file !== undefined; file = files.pop()) await syncFile(file)
  }
  await Promise.all(Array.from({ length: syncedAtOnce }, sync))
  for (const entry of entries) if (entry.isDirectory()) await syncFolder(placeOf(entry))
  await syncFolder(folder)
}

async function syncFile(file: string): Promise<void> {
  // Windows flushes only files open for writing, and a copy of a read-only file can't be opened for that.
  const handle = await open(file, process.platform === 'win32' ? 'r+' : 'r').catch((error) => {
    if (process.platform !== 'win32' || error.code !== 'EPERM') throw error
  })
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

/** Makes a rename in this folder durable. Windows has no such call and doesn't need one. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
