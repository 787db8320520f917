import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'

const speed = z.object({ perSecond: z.number().positive(), device: z.string() })
const stored = z.record(z.string(), speed)
export type Speed = z.infer<typeof speed>

/** The latest measured speed of each backbone on this machine, with one view per image, kept in a file. */
export class Speeds {
  readonly #file: string
  #turn: Promise<unknown> = Promise.resolve()

  /** @param configFolder the user's settings folder */
  constructor(configFolder: string) {
    this.#file = path.join(configFolder, 'speeds.json')
  }

  async all(): Promise<Record<string, Speed>> {
    try {
      return stored.parse(JSON.parse(await readFile(this.#file, 'utf8')))
    } catch {
      // Nothing is lost that can't be measured again.
      return {}
    }
  }

  /** @param specification a backbone without its views */
  record(specification: string, measured: Speed): Promise<void> {
    const mine = this.#turn.then(async () => {
      const all = { ...(await this.all()), [specification]: measured }
      await writeAtomically(this.#file, (handle) => handle.writeFile(`${JSON.stringify(all, null, 2)}\n`))
    })
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}
