import { statSync } from 'node:fs'
import path from 'node:path'
import type { GivenThing } from '../../../contract/desktop.ts'

/**
 * Files and folders that the system passed to the program, until a page takes them: dropped onto its icon, opened with it, or named on
 * the command line. A project opens by itself; anything else is up to the page, like files dropped into the window.
 */
export class Given {
  readonly #waiting: GivenThing[] = []

  /** @returns whether the file or folder exists */
  add(file: string): boolean {
    const facts = statSync(file, { throwIfNoEntry: false })
    if (!facts) return false
    this.#waiting.push({ name: path.basename(file), isFolder: facts.isDirectory(), path: file, size: facts.size })
    return true
  }

  /** @returns everything added since the last call */
  take(): GivenThing[] {
    return this.#waiting.splice(0)
  }
}
