import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { RecentProject } from '../../../contract/schemas.ts'
import { writeAtomically } from '../../base/files.ts'
import type { Logger } from '../../base/log.ts'

const stored = z.array(z.object({ path: z.string(), name: z.string(), openedAt: z.number() }))
const kept = 20

/** The projects opened last, newest first, in a file of the person's own. Losing it loses no work. */
export class RecentProjects {
  readonly #file: string
  readonly #log: Logger
  /** Two writes at once would lose one of them. */
  #writing: Promise<void> = Promise.resolve()

  constructor(configFolder: string, log: Logger) {
    this.#file = path.join(configFolder, 'recent.json')
    this.#log = log
  }

  async list(): Promise<RecentProject[]> {
    await this.#writing
    return (await this.#read()).map((one) => ({ ...one, found: existsSync(one.path) }))
  }

  add({ path: file, name }: { path: string; name: string }): Promise<void> {
    return this.#change((list) => [
      { path: file, name, openedAt: Date.now() },
      ...list.filter((one) => one.path !== file),
    ])
  }

  forget(projectPath: string): Promise<void> {
    return this.#change((list) => list.filter((one) => one.path !== projectPath))
  }

  clear(): Promise<void> {
    return this.#change(() => [])
  }

  #change(change: (list: z.infer<typeof stored>) => z.infer<typeof stored>): Promise<void> {
    this.#writing = this.#writing
      .then(async () => {
        const list = change(await this.#read()).slice(0, kept)
        const text = `${JSON.stringify(list, null, 2)}\n`
        await writeAtomically(this.#file, (handle) => handle.writeFile(text), { mode: 0o600 })
      })
      .catch((error) => {
        // A convenience: a read-only home must not keep anyone from working.
        this.#log.warn(`The recent projects could not be written: ${error}`)
      })
    return this.#writing
  }

  async #read(): Promise<z.infer<typeof stored>> {
    try {
      return stored.parse(JSON.parse(await readFile(this.#file, 'utf8')))
    } catch {
      return []
    }
  }
}
