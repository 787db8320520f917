import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { holderIn, isAtWork, thisProcess } from '../base/holder.ts'
import { removeLeftOvers } from '../base/leftOvers.ts'

const stored = z.object({ target: z.string() })

/**
 * Remembers where something is being written outside of projects, so that the next start can remove what a killed one left there
 * half-written. If it can't be remembered, it is written all the same.
 */
export class OutsideWrites {
  readonly #home: string
  readonly #folder: string

  /** @param configFolder a person's own */
  constructor(configFolder: string) {
    this.#home = configFolder
    this.#folder = path.join(configFolder, 'writing')
  }

  /** @param target absolute: a file, or a folder that files are written to */
  async during<Result>(target: string, work: () => Promise<Result>): Promise<Result> {
    const note = path.join(this.#folder, `${randomUUID()}.json`)
    await this.#write(note, target).catch(() => undefined)
    try {
      return await work()
    } finally {
      await rm(note, { force: true }).catch(() => undefined)
    }
  }

  /** What processes that are gone were writing. */
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
    await writeFile(note, JSON.stringify({ ...thisProcess(), target }))
  }
}
