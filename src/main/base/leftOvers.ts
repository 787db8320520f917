import { createHash, randomBytes } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'

/*
 * What is being written has a temporary name that says which process writes it. A process that was killed leaves such files
 * behind; nobody reads them, and the next opening removes them. Those of processes that are still at work stay.
 */

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 6)
const mark = 'surmise'

/** A temporary file or folder: …surmise-HOST-PROCESS-RANDOM.tmp, and what SQLite puts beside it. */
const temporary = /surmise-([0-9a-f]{6})-(\d+)-[0-9a-f]{12}\.tmp(?:-wal|-shm|-journal)?$/
/** A folder among the system's temporary ones: `mkdtemp` adds six characters. */
const temporaryFolder = /^surmise-([0-9a-f]{6})-(\d+)-\w{6}$/

/** Of what another machine writes nothing can be known: after so long it is thought to have been given up. In milliseconds. */
const givenUpAfter = 24 * 3600_000

/** A place beside the target for what is to become it. */
export function temporaryName(target: string): string {
  // Names have a limit of 255 bytes.
  const base = path.basename(target).slice(0, 40)
  const name = `.${base}.${mark}-${host}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  return path.join(path.dirname(target), name)
}

/** What names of folders begin with that `mkdtemp` makes among the system's temporary ones. */
export function temporaryFolderPrefix(): string {
  return `${mark}-${host}-${process.pid}-`
}

/**
 * Removes what processes that are gone left in a folder. What can't be removed stays: nothing depends on it.
 * @returns how many files and folders are gone
 */
export async function removeLeftOvers(folder: string, { deep = false }: { deep?: boolean } = {}): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  let removed = 0
  for (const entry of entries) {
    const place = path.join(folder, entry.name)
    const writer = temporary.exec(entry.name) ?? temporaryFolder.exec(entry.name)
    if (writer && (await isGivenUp(writer[1], Number(writer[2]), place))) {
      await rm(place, { recursive: true, force: true }).then(
        () => removed++,
        () => undefined,
      )
    } else if (deep && entry.isDirectory()) removed += await removeLeftOvers(place, { deep })
  }
  return removed
}

async function isGivenUp(itsHost: string, pid: number, place: string): Promise<boolean> {
  if (itsHost === host && !isRunning(pid)) return true
  if (pid === process.pid && itsHost === host) return false
  const facts = await lstat(place).catch(() => undefined)
  return facts !== undefined && Date.now() - facts.mtimeMs > givenUpAfter
}

/** Whether there is a process of this number; it may be another's by now. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, but another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
