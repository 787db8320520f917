import { stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Logger } from '../../base/log.ts'
import { OwnFile } from '../../base/ownFile.ts'

const key = z.object({ id: z.string(), secret: z.string(), usedAt: z.number() })
const stored = z.object({ ports: z.array(z.object({ for: z.string(), port: z.number() })), keys: z.array(key) })
type Stored = z.infer<typeof stored>

/** Milliseconds. A browser that hasn't been here for so long needs a new link. */
const keptFor = 30 * 24 * 3_600_000
const [mostKeys, mostPorts] = [50, 100]

/**
 * Lets pages find the program again after a restart: the ports it listened on, and the keys of browsers with access. If others can
 * read the file, its keys are worthless.
 */
export class WebMemory {
  readonly #file: OwnFile<Stored>
  readonly #log: Logger

  constructor(configFolder: string, log: Logger) {
    this.#file = new OwnFile(path.join(configFolder, 'browsers.json'), stored, { ports: [], keys: [] })
    this.#log = log
  }

  /** @param purpose the served project; '' for none @returns the latest first */
  async ports(purpose: string): Promise<number[]> {
    const { ports } = await this.#file.read()
    return ports.flatMap((one) => (one.for === purpose ? [one.port] : [])).reverse()
  }

  rememberPort(purpose: string, port: number): Promise<void> {
    return this.#change(({ ports, keys }) => {
      const others = ports.filter((one) => one.for !== purpose || one.port !== port)
      return { keys, ports: [...others, { for: purpose, port }].slice(-mostPorts) }
    })
  }

  /** @returns the browser's secret; undefined if it is unknown */
  async secretOf(id: string): Promise<string | undefined> {
    const { keys } = await this.#believed(await this.#file.read())
    return keys.find((one) => one.id === id && one.usedAt > Date.now() - keptFor)?.secret
  }

  /** Stores a key, or the time of its latest use. */
  rememberKey(id: string, secret: string): Promise<void> {
    return this.#change(({ ports, keys }) => {
      const others = keys.filter((one) => one.id !== id && one.usedAt > Date.now() - keptFor)
      return { ports, keys: [...others, { id, secret, usedAt: Date.now() }].slice(-mostKeys) }
    })
  }

  async #change(change: (before: Stored) => Stored): Promise<void> {
    try {
      await this.#file.change(async (before) => change(await this.#believed(before)))
    } catch (error) {
      this.#log.warn(`Pages will not find Surmise again after a restart: ${error}`)
    }
  }

  /** Drops keys that others could have read. */
  async #believed(content: Stored): Promise<Stored> {
    if (process.platform === 'win32' || content.keys.length === 0) return content
    const { mode } = await stat(this.#file.path)
    if ((mode & 0o077) === 0) return content
    this.#log.warn(`Others can read ${this.#file.path}: browsers that were let in need a new link.`)
    return { ...content, keys: [] }
  }
}
