import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { RecentProject } from '../../../contract/schemas.ts'
import type { Logger } from '../../base/log.ts'
import { OwnFile } from '../../base/ownFile.ts'

const stored = z.array(z.object({ path: z.string(), name: z.string(), openedAt: z.number() }))
type Entries = z.infer<typeof stored>
const kept = 20

/** The most recently opened projects, newest first. Losing the list loses no work. */
export class RecentProjects {
  readonly #file: OwnFile<Entries>
  readonly #log: Logger

  constructor(configFolder: string, log: Logger) {
    this.#file = new OwnFile(path.join(configFolder, 'recent.json'), stored, [])
    this.#log = log
  }

  async list(): Promise<RecentProject[]> {
    return (await this.#file.read()).map((one) => ({ ...one, found: existsSync(one.path) }))
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

  async #change(change: (list: Entries) => Entries): Promise<void> {
    try {
      await this.#file.change((list) => change(list).slice(0, kept))
    } catch (error) {
      // Only a convenience: a read-only home folder must not keep anyone from working.
      this.#log.warn(`The recent projects could not be written: ${error}`)
    }
  }
}
