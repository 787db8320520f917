import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'
import type { Logger } from '../../base/log.ts'

const key = z.object({ id: z.string(), secret: z.string(), usedAt: z.number() })
const stored = z.object({ ports: z.array(z.object({ for: z.string(), port: z.number() })), keys: z.array(key) })
type Stored = z.infer<typeof stored>

/** A browser that has not come for so long, in milliseconds, needs a new link. */
const keptFor = 30 * 24 * 3_600_000
const [mostKeys, mostPorts] = [50, 100]

/**
 * What lets pages find the program again after a restart: the ports that it listened on, and the keys of the browsers that were let
 * in. The file is for its owner alone; one that others could read lets nobody in.
 */
export class WebMemory {
  readonly #file: string
  readonly #log: Logger
  #turn: Promise<unknown> = Promise.resolve()

  constructor(configFolder: string, log: Logger) {
    this.#file = path.join(configFolder, 'browsers.json')
    this.#log = log
  }

  /** @param purpose the project that is served; '' for none @returns the latest first */
  async ports(purpose: string): Promise<number[]> {
    const { ports } = await this.#read()
    return ports.flatMap((one) => (one.for === purpose ? [one.port] : [])).reverse()
  }

  rememberPort(purpose: string, port: number): Promise<void> {
    return this.#change(({ ports, keys }) => {
      const others = ports.filter((one) => one.for !== purpose || one.port !== port)
      return { keys, ports: [...others, { for: purpose, port }].slice(-mostPorts) }
    })
  }

  /** @returns its secret */
  async secretOf(id: string): Promise<string | undefined> {
    const { keys } = await this.#read()
    return keys.find((one) => one.id === id && one.usedAt > Date.now() - keptFor)?.secret
  }

  /** Keeps a key, or that it was used. */
  rememberKey(id: string, secret: string): Promise<void> {
    return this.#change(({ ports, keys }) => {
      const others = keys.filter((one) => one.id !== id && one.usedAt > Date.now() - keptFor)
      return { ports, keys: [...others, { id, secret, usedAt: Date.now() }].slice(-mostKeys) }
    })
  }

  #change(change: (before: Stored) => Stored): Promise<void> {
    const mine = this.#turn.then(async () => {
      const text = `${JSON.stringify(change(await this.#read()), null, 2)}\n`
      await writeAtomically(this.#file, async (handle) => {
        await handle.chmod(0o600)
        await handle.writeFile(text)
      })
    })
    this.#turn = mine.catch((error) => {
      this.#log.warn(`Pages will not find Surmise again after a restart: ${error}`)
    })
    return this.#turn as Promise<void>
  }

  async #read(): Promise<Stored> {
    try {
      const { mode } = await stat(this.#file)
      const found = stored.parse(JSON.parse(await readFile(this.#file, 'utf8')))
      if (process.platform === 'win32' || (mode & 0o077) === 0) return found
      this.#log.warn(`Others can read ${this.#file}: browsers that were let in need a new link.`)
      return { ...found, keys: [] }
    } catch {
      return { ports: [], keys: [] }
    }
  }
}
