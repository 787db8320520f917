import { constants } from 'node:fs'
import { copyFile, type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { temporaryName } from './leftOvers.ts'
import { narrow } from './umask.ts'

/** Files that are made durable at once: a disk answers several as fast as one. */
const syncedAtOnce = 16

/**
 * Writes a file so that a reader, or a crash, sees the old content or the whole new one, never a part:
 * temporary name in the same folder, fsync, rename. `write` gets the open file.
 * @param mode permissions of a file that is narrower than others
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
 * Copies a file so that a half copy never has its name; shares its blocks where the disk can. It is not yet durable: whoever
 * copies many makes their folder so, at the end (`syncTree`).
 * @param check looks at the copy, which has no name yet: where it throws, there is none
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

/** The same for one file, durably. */
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

/** Makes all that is in a folder durable, and the folder. */
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
  // Windows flushes only what is open for writing, which a copy of a read-only file is not.
  const handle = await open(file, process.platform === 'win32' ? 'r+' : 'r').catch((error) => {
    if (process.platform !== 'win32' || error.code !== 'EPERM') throw error
  })
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

/** Makes a rename in this folder durable. Windows has no such call, and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
