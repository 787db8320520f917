import { readFileSync } from 'node:fs'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { UserError } from '../base/errors.ts'

/** Who holds a lock. A number of a process alone would not do: the system gives it to another one later. */
interface Holder {
  pid: number
  /** When the process started, in the system's own count; null where that can't be known. */
  started: string | null
  host: string
}

const lockName = 'writer.lock'

/**
 * Makes this process the only writer of a folder. A lock that a killed process left behind is taken over.
 * @returns gives the folder back
 * @throws UserError `cache-in-use`
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, lockName)
  const me: Holder = { pid: process.pid, started: startOf(process.pid), host: hostname() }
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const lock = await open(file, 'wx')
      await lock.writeFile(JSON.stringify(me))
      await lock.close()
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = await holderOf(file)
      if (holder ? isAtWork(holder) : await isYoung(file)) break
      await rm(file, { force: true })
    }
  }
  throw new UserError(
    'cache-in-use',
    `Another Surmise is embedding images of this project right now: ${folder}`,
    `Wait until it is done, or stop it. If there is none, delete ${file}`,
  )
}

/** A lock without a name in it may be one that is just being written. */
async function isYoung(file: string): Promise<boolean> {
  const facts = await stat(file).catch(() => undefined)
  return facts !== undefined && Date.now() - facts.mtimeMs < 5_000
}

/** @returns undefined if it was left half-written, or is gone */
async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}

function isAtWork(holder: Holder): boolean {
  // Of another machine (a network drive) nothing can be known.
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it is there, but another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return holder.started === startOf(holder.pid)
}

/** Linux tells when a process started (field 22 of its stat, counted behind the name, which may hold anything). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return null
  }
}
