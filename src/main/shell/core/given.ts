import { statSync } from 'node:fs'
import path from 'node:path'
import type { GivenThing } from '../../../contract/desktop.ts'

/**
 * What the system gave the program, until a page takes it: dragged onto the icon, opened with it, or named on the
 * command line. A project opens by itself; what to do with anything else, the page decides, as it does with what is
 * dropped into the window.
 */
export class Given {
  readonly #waiting: GivenThing[] = []

  /** @returns whether there is such a thing */
  add(file: string): boolean {
    const facts = statSync(file, { throwIfNoEntry: false })
    if (!facts) return false
    this.#waiting.push({ name: path.basename(file), isFolder: facts.isDirectory(), path: file, size: facts.size })
    return true
  }

  /** @returns all that came since the last call */
  take(): GivenThing[] {
    return this.#waiting.splice(0)
  }
}
