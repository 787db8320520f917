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

/** The first images come first. In milliseconds. */
const openedAfter = 5_000
const every = 3600_000

/** Makes backups of the open project by itself: after it was opened, each hour, and before what changes much at once. */
export class ProjectBackups {
  readonly #project: ReadableProject
  readonly #context: AppContext
  readonly #end = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  #last: Promise<unknown> = Promise.resolve()
  /** A disk that is full stays so for a while: it is said once. */
  #told = ''

  constructor(project: ReadableProject, context: AppContext) {
    this.#project = project
    this.#context = context
    if (project.readOnly) return
    this.#timers.push(
      setTimeout(() => void this.#byItself('opened'), openedAfter),
      setInterval(() => void this.#byItself('hourly'), every).unref(),
    )
  }

  /** Before a large change. It is an action that can be undone: without a backup it is done all the same. */
  async beforeAction(): Promise<void> {
    if (!this.#project.readOnly) await this.#byItself('action')
  }

  /** One that somebody asks for. @throws UserError `project-read-only`, as `keepBackup` */
  make(): Promise<string> {
    if (this.#project.readOnly) throw openedReadOnly(this.#project.path)
    return this.#inTurn(async () => (await this.#keep('asked', true))!)
  }

  /** What is under way is given up. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#end.abort(new UserError('project-closed', 'The project was closed.', 'Open it again.'))
    await Promise.race([this.#last, wait(10_000, undefined, { ref: false })])
  }

  async #byItself(reason: BackupReason): Promise<void> {
    await this.#inTurn(async () => {
      try {
        await this.#keep(reason, false)
        this.#told = ''
      } catch (error) {
        if (this.#end.signal.aborted) return
        const { code, message, hint } = reportOf(error)
        this.#context.log.error(`No backup (${reason}): ${message}`, error)
        if (code === this.#told) return
        this.#told = code
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

/** The backups of a project file, the newest first, with what each holds. @param file absolute; it need not be there any more */
export async function backupsOf(file: string): Promise<ToldBackup[]> {
  const backups = listBackups(file)
  const files = backups.map(({ name }) => path.join(backupFolder(file), name))
  const contents = await maintain('contents', { files })
  return backups.map((backup: Backup, i) => ({ ...backup, contents: contents[i] }))
}
