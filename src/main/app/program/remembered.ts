import path from 'node:path'
import { z } from 'zod'
import { mostRemembered } from '../../../contract/schemas.ts'
import type { Logger } from '../../base/log.ts'
import { OwnFile } from '../../base/ownFile.ts'

const stored = z.array(z.tuple([z.string(), z.unknown()]))
type Entries = z.infer<typeof stored>

/**
 * Where a person was and how they had the window, in a file of their own: a browser would keep it for one address only. Losing it
 * loses no work.
 */
export class Remembered {
  /** The latest at the end. */
  readonly #file: OwnFile<Entries>
  readonly #log: Logger
  /** What is not written yet. */
  readonly #changed = new Map<string, unknown>()
  #writing: Promise<void> = Promise.resolve()

  constructor(configFolder: string, log: Logger) {
    this.#file = new OwnFile(path.join(configFolder, 'remembered.json'), stored, [])
    this.#log = log
  }

  async all(): Promise<Record<string, unknown>> {
    return Object.fromEntries([...(await this.#file.read()), ...this.#changed])
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
      // Read anew: another window, served by another process, may have written since.
      await this.#file.change((before) => {
        const mine = [...this.#changed]
        this.#changed.clear()
        const keys = new Set(mine.map(([key]) => key))
        return [...before.filter(([key]) => !keys.has(key)), ...mine].slice(-mostRemembered)
      })
    } catch (error) {
      this.#log.warn(`Where you were could not be written: ${error}`)
    }
  }
}
