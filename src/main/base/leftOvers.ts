import { createHash, randomBytes } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'

/*
 * Files being written have temporary names that say which process is writing them. A killed process leaves such files behind;
 * nobody reads them, and the next start removes them. Those of running processes stay.
 */

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 6)
const mark = 'surmise'

/** A temporary file or folder, …surmise-HOST-PROCESS-RANDOM.tmp, and the files SQLite puts beside it. */
const temporary = /surmise-([0-9a-f]{6})-(\d+)-[0-9a-f]{12}\.tmp(?:-wal|-shm|-journal)?$/
/** A folder in the system's temporary folder; `mkdtemp` adds six characters. */
const temporaryFolder = /^surmise-([0-9a-f]{6})-(\d+)-\w{6}$/

/** Milliseconds. Processes on other machines can't be checked: their files count as abandoned after this time. */
const abandonedAfter = 24 * 3600_000

/** A temporary path beside the target, to be renamed to it. */
export function temporaryName(target: string): string {
  // File names are limited to 255 bytes.
  const base = path.basename(target).slice(0, 40)
  const name = `.${base}.${mark}-${host}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  return path.join(path.dirname(target), name)
}

/** The prefix for `mkdtemp` in the system's temporary folder. */
export function temporaryFolderPrefix(): string {
  return `${mark}-${host}-${process.pid}-`
}

/**
 * Removes temporary files in a folder whose processes are gone. Those that can't be removed do no harm.
 * @param deep also looks in subfolders
 * @returns how many files and folders were removed
 */
export async function removeLeftOvers(folder: string, { deep = false }: { deep?: boolean } = {}): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  let removed = 0
  for (const entry of entries) {
    const place = path.join(folder, entry.name)
    const writer = temporary.exec(entry.name) ?? temporaryFolder.exec(entry.name)
    if (writer && (await isAbandoned(writer[1], Number(writer[2]), place))) {
      await rm(place, { recursive: true, force: true }).then(
        () => removed++,
        () => undefined,
      )
    } else if (deep && entry.isDirectory()) removed += await removeLeftOvers(place, { deep })
  }
  return removed
}

async function isAbandoned(writerHost: string, pid: number, place: string): Promise<boolean> {
  if (writerHost === host && !isRunning(pid)) return true
  if (pid === process.pid && writerHost === host) return false
  const facts = await lstat(place).catch(() => undefined)
  return facts !== undefined && Date.now() - facts.mtimeMs > abandonedAfter
}

/** Whether a process with this id exists; it may be a later one with the same id. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
