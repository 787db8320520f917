import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { UserError } from '../../base/errors.ts'
import { holderIn, isAtWork, thisProcess } from '../../base/holder.ts'
import { Connection } from '../database.ts'
import { projectOpenElsewhere } from '../errors.ts'
import { type Drive, driveOf } from './drive.ts'

/**
 * Held while a project is open for writing. It is an open exclusive transaction on an empty SQLite file beside the project, which the
 * system releases however the process ends. The file stays: if it were deleted, a third process could lock a new one while a second
 * still waits for the old. On a network drive, where locks may not be shared, a note says who holds it.
 */
export class ProjectLock {
  readonly #connection: Connection
  readonly #note: string | undefined

  /** @throws UserError `project-open-elsewhere`, `project-read-only` */
  constructor(projectPath: string, drive: Drive = driveOf(projectPath)) {
    const path = `${projectPath}-lock`
    try {
      closeSync(openSync(path, 'ax'))
    } catch (error) {
      // Only a new file may be opened and closed by hand: closing any other would drop this process's own lock on it.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    let connection: Connection | undefined
    try {
      connection = new Connection(path, { busyMs: 0, cacheMegabytes: 1 })
      connection.run('BEGIN EXCLUSIVE')
      if (drive === 'network') this.#note = leaveNote(projectPath)
      this.#connection = connection
    } catch (error) {
      connection?.close()
      if (error instanceof UserError && error.code === 'project-locked') throw projectOpenElsewhere(projectPath)
      throw error
    }
  }

  release(): void {
    if (this.#note) rmSync(this.#note, { force: true })
    this.#connection.close()
  }
}

/** Creating a new file is atomic on every drive. @returns its path @throws UserError `project-open-elsewhere` */
function leaveNote(projectPath: string): string {
  const note = `${projectPath}-owner`
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(note, JSON.stringify(thisProcess()), { flag: 'wx' })
      return note
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = holderIn(readFileSync(note, 'utf8'))
    if ((holder && isAtWork(holder)) || attempt > 1)
      throw projectOpenElsewhere(projectPath, { host: holder?.host, note })
    // Its process is gone, or was killed before it could write its name.
    rmSync(note, { force: true })
  }
}
