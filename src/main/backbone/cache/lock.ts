import { open, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { holderIn, isAtWork, thisProcess } from '../../base/holder.ts'

const lockName = 'writer.lock'

/**
 * Makes this process the only writer of a folder. Takes over a lock that a killed process left behind.
 * @param inUse the error to throw if another process is writing
 * @returns a function that releases the folder
 * @throws UserError `cache-in-use`
 */
export async function lockFolder(
  folder: string,
  inUse: (file: string) => UserError = (file) => embedding(folder, file),
): Promise<() => Promise<void>> {
  const file = path.join(folder, lockName)
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const lock = await open(file, 'wx')
      try {
        await lock.writeFile(JSON.stringify(thisProcess()))
      } catch (error) {
        // On a full disk, a lock without an owner would be left behind.
        await rm(file, { force: true })
        throw error
      } finally {
        await lock.close()
      }
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = holderIn(await readFile(file, 'utf8').catch(() => ''))
      if (holder ? isAtWork(holder) : await isYoung(file)) break
      await rm(file, { force: true })
    }
  }
  throw inUse(file)
}

function embedding(folder: string, file: string): UserError {
  return new UserError(
    'cache-in-use',
    `Another Surmise is embedding images of this project right now: ${folder}`,
    `Wait until it is done, or stop it. If none is running, delete ${file}`,
  )
}

/** A lock without an owner may be just being written. If the clock was set back, its time is in the future. */
async function isYoung(file: string): Promise<boolean> {
  const facts = await stat(file).catch(() => undefined)
  return facts !== undefined && Math.abs(Date.now() - facts.mtimeMs) < 5_000
}
