import { closeSync, openSync } from 'node:fs'
import { UserError } from '../base/errors.ts'
import { Connection } from './database.ts'
import { projectOpenElsewhere } from './errors.ts'

/**
 * Held while a project is open for writing. It is an open exclusive transaction on an empty SQLite file beside the project:
 * the system lets go of it however the process ends. The file stays: to delete it would let a third process lock a new
 * one while a second still waits for the old.
 */
export class ProjectLock {
  readonly #connection: Connection

  /** @throws UserError `project-open-elsewhere`, `project-read-only` */
  constructor(projectPath: string) {
    const path = `${projectPath}-lock`
    try {
      closeSync(openSync(path, 'ax'))
    } catch (error) {
      // Only a file that is new may be opened and closed by hand: closing any other would drop this process's own lock on it.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    let connection: Connection | undefined
    try {
      connection = new Connection(path, { busyMs: 0, cacheMegabytes: 1 })
      connection.run('BEGIN EXCLUSIVE')
      this.#connection = connection
    } catch (error) {
      connection?.close()
      if (error instanceof UserError && error.code === 'project-locked') throw projectOpenElsewhere(projectPath)
      throw error
    }
  }

  release(): void {
    this.#connection.close()
  }
}
