import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'
import { holderIn, isAtWork, thisProcess } from '../../base/holder.ts'
import { removeLeftOvers } from '../../base/leftOvers.ts'
import { realPlaceOf } from '../../project/file/ownFiles.ts'

const stored = z.object({ target: z.string() })
/** How many exported folders are remembered. */
const remembered = 1000

/**
 * Remembers where files are being written outside projects, so that the next start can remove what a killed process left
 * half-written. If the note can't be stored, the files are written all the same.
 */
export class OutsideWrites {
  readonly #home: string
  readonly #folder: string
  readonly #list: string

  /** @param configFolder the user's settings folder */
  constructor(configFolder: string) {
    this.#home = configFolder
    this.#folder = path.join(configFolder, 'writing')
    this.#list = path.join(configFolder, 'exports.json')
  }

  /** @param target the file, or the folder files are written to; absolute */
  async during<Result>(target: string, work: () => Promise<Result>): Promise<Result> {
    const note = path.join(this.#folder, `${randomUUID()}.json`)
    await this.#write(note, target).catch(() => undefined)
    try {
      return await work()
    } finally {
      await rm(note, { force: true }).catch(() => undefined)
    }
  }

  /** Records that this program exported to the folder, for `wasWritten`. A failure to record it is ignored. */
  async remember(folder: string): Promise<void> {
    const identity = birthOf(folder)
    if (identity === undefined) return
    const all = [identity, ...this.#folders().filter((one) => one !== identity)].slice(0, remembered)
    await writeAtomically(this.#list, (handle) => handle.writeFile(JSON.stringify(all)), { mode: 0o600 }).catch(
      () => undefined,
    )
  }

  /** Whether this program exported to the folder, on this machine. */
  wasWritten(folder: string): boolean {
    const identity = birthOf(folder)
    return identity !== undefined && this.#folders().includes(identity)
  }

  #folders(): string[] {
    try {
      return z.array(z.string()).parse(JSON.parse(readFileSync(this.#list, 'utf8')))
    } catch {
      return []
    }
  }

  /** Removes what processes that are gone left half-written. */
  async tidyUp(): Promise<void> {
    for (const folder of [tmpdir(), this.#home]) await removeLeftOvers(folder)
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const note = path.join(this.#folder, name)
      const text = await readFile(note, 'utf8').catch(() => '')
      const holder = holderIn(text)
      if (!holder || isAtWork(holder)) continue
      const { target } = stored.parse(JSON.parse(text))
      await removeLeftOvers(path.dirname(target))
      await removeLeftOvers(target, { deep: true })
      await rm(note, { force: true })
    }
  }

  async #write(note: string, target: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await writeFile(note, JSON.stringify({ ...thisProcess(), target }), { mode: 0o600 })
  }
}

/** Identifies a folder by place and time of creation, because the inode number of a deleted one is reused. */
function birthOf(folder: string): string | undefined {
  try {
    const { dev, ino, birthtimeNs } = statSync(folder, { bigint: true })
    return `${dev} ${ino} ${birthtimeNs} ${realPlaceOf(folder)}`
  } catch {
    return undefined
  }
}
