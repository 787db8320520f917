import path from 'node:path'
import { z } from 'zod'
import { mostRemembered } from '../../../contract/schemas.ts'
import type { Logger } from '../../base/log.ts'
import { OwnFile } from '../../base/ownFile.ts'

const stored = z.array(z.tuple([z.string(), z.unknown()]))
type Entries = z.infer<typeof stored>

/**
 * Where a person was and how they had arranged the window. Kept in a file, because a browser's storage belongs to one address
 * and port. Losing it loses no work.
 */
export class Remembered {
  /** The latest last. */
  readonly #file: OwnFile<Entries>
  readonly #log: Logger
  /** Not written yet. */
  readonly #changed = new Map<string, unknown>()
  #writing: Promise<void> = Promise.resolve()

  constructor(configFolder: string, log: Logger) {
    this.#file = new OwnFile(path.join(configFolder, 'remembered.json'), stored, [])
    this.#log = log
  }

  async all(): Promise<Record<string, unknown>> {
    return Object.fromEntries([...(await this.#file.read()), ...this.#changed])
  }

  /** @param value anything JSON can hold @returns once it is written, or writing has failed */
  set(key: string, value: unknown): Promise<void> {
    const isAlone = this.#changed.size === 0
    this.#changed.delete(key)
    this.#changed.set(key, value)
    // Changes during a write go out together with the next one: dragging a slider sends every step.
    if (isAlone) this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    try {
      // Read again: another window, served by another process, may have written since.
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
