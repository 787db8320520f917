import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { mostRemembered } from '../../../contract/schemas.ts'
import { writeAtomically } from '../../base/files.ts'
import type { Logger } from '../../base/log.ts'

const stored = z.array(z.tuple([z.string(), z.unknown()]))
type Entries = z.infer<typeof stored>

/**
 * Where a person was and how they had the window, in a file of their own: a browser would keep it for one address only. Losing it
 * loses no work.
 */
export class Remembered {
  readonly #file: string
  readonly #log: Logger
  /** What is not written yet. */
  readonly #changed = new Map<string, unknown>()
  #writing: Promise<void> = Promise.resolve()

  constructor(configFolder: string, log: Logger) {
    this.#file = path.join(configFolder, 'remembered.json')
    this.#log = log
  }

  async all(): Promise<Record<string, unknown>> {
    return Object.fromEntries([...(await this.#read()), ...this.#changed])
  }

  /** @param value anything that JSON can hold @returns when it is written, or can't be */
  set(key: string, value: unknown): Promise<void> {
    const isAlone = this.#changed.size === 0
    this.#changed.delete(key)
    this.#changed.set(key, value)
    // What comes while one is being written goes with the next: a slider tells each of its steps.
    if (isAlone) this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    try {
      // Another window, served by another process, may have written since.
      const before = await this.#read()
      const mine = [...this.#changed]
      this.#changed.clear()
      const keys = new Set(mine.map(([key]) => key))
      const all: Entries = [...before.filter(([key]) => !keys.has(key)), ...mine].slice(-mostRemembered)
      await writeAtomically(this.#file, async (handle) => {
        await handle.chmod(0o600)
        await handle.writeFile(`${JSON.stringify(all)}\n`)
      })
    } catch (error) {
      this.#log.warn(`Where you were could not be written: ${error}`)
    }
  }

  /** The latest at the end. */
  async #read(): Promise<Entries> {
    try {
      return stored.parse(JSON.parse(await readFile(this.#file, 'utf8')))
    } catch {
      return []
    }
  }
}
