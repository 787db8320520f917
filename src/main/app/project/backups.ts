import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Backup as ToldBackup } from '../../../contract/schemas.ts'
import { reportOf, UserError } from '../../base/errors.ts'
import { openedReadOnly } from '../../project/errors.ts'
import { type Backup, type BackupReason, backupFolder, listBackups } from '../../project/file/backups.ts'
import { keepBackup } from '../../project/file/keepBackup.ts'
import { maintain } from '../../project/file/maintenance.ts'
import type { ReadableProject } from '../../project/readable.ts'
import type { AppContext } from '../context.ts'

/** Milliseconds. A backup right at opening would delay the first images. */
const openedAfter = 5_000
const every = 3600_000

/** Automatic backups of the open project: after opening, every hour, and before large changes. */
export class ProjectBackups {
  readonly #project: ReadableProject
  readonly #context: AppContext
  readonly #end = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  #last: Promise<unknown> = Promise.resolve()
  /** The code of the last failure: a full disk stays full for a while, and one notice is enough. */
  #reported = ''

  constructor(project: ReadableProject, context: AppContext) {
    this.#project = project
    this.#context = context
    if (project.readOnly) return
    this.#timers.push(
      setTimeout(() => void this.#automatically('opened'), openedAfter),
      setInterval(() => void this.#automatically('hourly'), every).unref(),
    )
  }

  /** Before a large change. If the backup fails, the change goes ahead, since it can be undone. */
  async beforeAction(): Promise<void> {
    if (!this.#project.readOnly) await this.#automatically('action')
  }

  /** A backup that somebody asked for. @returns its file name @throws UserError `project-read-only`, as `keepBackup` */
  make(): Promise<string> {
    if (this.#project.readOnly) throw openedReadOnly(this.#project.path)
    return this.#inTurn(async () => (await this.#keep('asked', true))!)
  }

  /** Gives up a backup in progress. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#end.abort(new UserError('project-closed', 'The project was closed.', 'Open it again.'))
    await Promise.race([this.#last, wait(10_000, undefined, { ref: false })])
  }

  async #automatically(reason: BackupReason): Promise<void> {
    await this.#inTurn(async () => {
      try {
        await this.#keep(reason, false)
        this.#reported = ''
      } catch (error) {
        if (this.#end.signal.aborted) return
        const { code, message, hint } = reportOf(error)
        this.#context.log.error(`No backup (${reason}): ${message}`, error)
        if (code === this.#reported) return
        this.#reported = code
        this.#context.events.notice('warning', `Backup failed. ${code === 'bug' ? '' : message}`.trim(), hint)
      }
    })
  }

  #keep(reason: BackupReason, always: boolean): Promise<string | null> {
    return keepBackup(this.#project.path, reason, { signal: this.#end.signal, always })
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => undefined)
    return mine
  }
}

/** The backups of a project file and their contents, newest first. @param file absolute; need not exist any more */
export async function backupsOf(file: string): Promise<ToldBackup[]> {
  const backups = listBackups(file)
  const files = backups.map(({ name }) => path.join(backupFolder(file), name))
  const contents = await maintain('contents', { files })
  return backups.map((backup: Backup, i) => ({ ...backup, contents: contents[i] }))
}
