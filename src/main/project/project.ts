import { statSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { cancelled, UserError } from '../base/errors.ts'
import type { ProjectChange } from '../domain/change.ts'
import { Connection, type Write } from './database.ts'
import {
  historyDamaged,
  imageUnknown,
  isConstraint,
  isDangling,
  openedReadOnly,
  projectBusy,
  projectClosed,
  projectDamaged,
  projectMoved,
} from './errors.ts'
import { findDamage } from './file/damage.ts'
import type { Drive } from './file/drive.ts'
import { keepBackupNow } from './file/keepBackup.ts'
import { maintain } from './file/maintenance.ts'
import { findRoot, isFolder, isShare, requireFolder, writeRoot } from './file/root.ts'
import { ImagesTable } from './images/images.ts'
import { Edit, type EditOptions } from './labels/edit.ts'
import { LabelsTable } from './labels/labels.ts'
import { ModelsTable } from './models.ts'
import { SettingsTable } from './settings.ts'
import { soundRow } from './soundRow.ts'
import { DisputesTable } from './states/disputes.ts'
import {
  type ActionRow,
  History,
  type Replayed,
  type ReplayOptions,
  recordReplay,
  replay,
  replayTarget,
} from './states/history.ts'
import { ProgressTable } from './states/progress.ts'
import { ProjectSnapshot } from './states/snapshot.ts'
import { StatesTable } from './states/states.ts'
import { Writer } from './states/writer.ts'
import { TakenTable } from './takenTable.ts'

/** Larger actions are undone in slices. */
const smallAction = 5000
/** Longest time that the event loop is blocked, in milliseconds. */
const slice = 12

/** Identifies the file at a path; null if there is none. */
function identityOf(file: string): string | null {
  try {
    const facts = statSync(file, { bigint: true })
    return `${facts.dev} ${facts.ino}`
  } catch {
    // Missing, or on a drive that no longer responds.
    return null
  }
}

/** Changes in the log beside the file that can no longer be read. */
export interface LostChanges {
  /** The backup of the file and its log; null for a read-only project, where both are left in place. */
  keptAs: string | null
}

/** An open file, and how to release it. */
export interface OpenFile {
  path: string
  readOnly: boolean
  /** @default local */
  drive?: Drive
  /** Reads the file itself, or a copy if it can't be read in place. */
  connection: Connection
  /** @default none */
  lostChanges?: LostChanges | null
  release: () => void
}

/**
 * An open project. Every write is one short transaction on one connection. A large write (`editLarge`) has a connection of its own, so
 * that everyone else keeps reading the state before it until it is complete.
 */
export class Project {
  /** The project file, absolute. */
  readonly path: string
  readonly readOnly: boolean
  readonly drive: Drive
  /** Changes that were found to be lost when it was opened. */
  readonly lostChanges: LostChanges | null
  /** The identity of the project, also in exports and copies. */
  readonly uuid: string
  readonly createdAt: number
  readonly settings: SettingsTable
  readonly taken: TakenTable
  readonly images: ImagesTable
  readonly labels: LabelsTable
  readonly states: StatesTable
  readonly models: ModelsTable
  readonly history: History
  readonly progress: ProgressTable
  readonly disputes: DisputesTable
  readonly #file: OpenFile
  readonly #db: Connection
  readonly #listeners = new Set<(change: ProjectChange) => void>()
  readonly #identity: string | null
  #imagesRoot: string
  /** The file is no longer where it was, and the content of its log has been saved. */
  #rescued = false
  /** The large change that is being written. */
  #large: { title: string; connection: Connection } | undefined

  /** Use `openProject`. */
  constructor(file: OpenFile) {
    this.#file = file
    this.#db = file.connection
    this.path = file.path
    this.readOnly = file.readOnly
    this.drive = file.drive ?? 'local'
    this.lostChanges = file.lostChanges ?? null
    this.#identity = identityOf(file.path)
    const row = this.#db.get<{
      uuid: string
      created_at: number
      images_root: string
      images_root_relative: string | null
    }>('SELECT * FROM project')!
    this.uuid = row.uuid
    this.createdAt = row.created_at
    this.#imagesRoot = findRoot(this.path, row.images_root, row.images_root_relative)
    if (!this.readOnly && !isShare(this.#imagesRoot) && isFolder(this.#imagesRoot))
      writeRoot(this.#db, this.path, this.#imagesRoot)
    const edit = <T>(options: EditOptions, work: (edit: Edit) => T) => this.edit(options, work)
    const write =
      (kind: 'images' | 'models' | 'settings'): Write =>
      (work) =>
        this.#write(kind, () => work(this.#db))
    this.settings = new SettingsTable(this.#db, write('settings'))
    this.taken = new TakenTable(this.#db, write('settings'))
    this.images = new ImagesTable(this.#db, write('images'))
    this.labels = new LabelsTable(this.#db, edit)
    this.states = new StatesTable(this.#db, edit)
    this.models = new ModelsTable(this.#db, write('models'))
    this.history = new History(this.#db, (kind, options) => this.#replay(kind, options))
    this.progress = new ProgressTable(this.#db)
    this.disputes = new DisputesTable(this.#db)
  }

  get name(): string {
    return this.settings.get('name')
  }

  /** 'NAME.surmise-cache' beside the file. Everything in it can be made again. */
  get cacheFolder(): string {
    return `${this.path}-cache`
  }

  /** Absolute. If it no longer exists, the images have to be relocated (`relocateRoot`). */
  get imagesRoot(): string {
    return this.#imagesRoot
  }

  /** Changes the image folder; the paths below it stay. @throws UserError `images-folder-missing` */
  relocateRoot(newRoot: string): void {
    const root = requireFolder(newRoot)
    this.#write('images', () => writeRoot(this.#db, this.path, root))
    this.#imagesRoot = root
  }

  /**
   * Makes any changes of labels and states one action: all or nothing, and one undo.
   * @throws UserError `project-read-only`, `project-busy`, `project-closed`, and what `Edit` and `asProjectError` say
   */
  edit<T>(options: EditOptions, work: (edit: Edit) => T): T {
    this.#requireWritable()
    let edit: Edit | undefined
    try {
      return this.#transaction(() => {
        edit = new Edit(this.#db, options)
        const value = work(edit)
        edit.finish()
        return value
      })
    } catch (error) {
      edit = undefined
      throw isDangling(error) ? imageUnknown({ cause: error }) : error
    } finally {
      if (edit) this.#announceEdit(edit)
    }
  }

  /**
   * The same for large changes: `work` may await (`Edit.setStates` does). Meanwhile, readers see the state before it, and nothing else
   * can be written (`project-busy`).
   */
  async editLarge<T>(options: EditOptions, work: (edit: Edit) => Promise<T>): Promise<T> {
    let edit: Edit | undefined
    const write = async (connection: Connection) => {
      edit = new Edit(connection, options)
      const value = await work(edit)
      edit.finish()
      return value
    }
    try {
      return await this.#alone(options.title, write, () => this.#announceEdit(edit!))
    } catch (error) {
      throw isDangling(error) ? imageUnknown({ cause: error }) : error
    }
  }

  /** A snapshot of the project, to be read while work goes on. The caller closes it. */
  snapshot(): ProjectSnapshot {
    this.#requireOpen()
    return new ProjectSnapshot(this.#db.path)
  }

  /** Checks the whole file, on another thread. @returns what is wrong; empty if it is sound */
  async check(): Promise<string[]> {
    this.#requireOpen()
    try {
      return await maintain('check', { file: this.#db.path })
    } catch (error) {
      if (error instanceof UserError && error.code === 'project-damaged') return [error.message]
      throw error
    }
  }

  /** Calls a listener after every commit. Listeners must not throw. @returns a function that stops it */
  onChange(listener: (change: ProjectChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Closes the project. A large change that is being written is abandoned. */
  close(): void {
    if (!this.#db.open) return
    this.#large?.connection.close()
    try {
      if (!this.readOnly && this.#isMoved()) this.#rescue()
      if (!this.readOnly) this.#db.pragma('optimize')
    } catch {
      // It only speeds up later queries, so an error (a full disk, say) is no reason to fail.
    }
    this.#file.release()
  }

  async #replay(kind: 'undo' | 'redo', options: ReplayOptions): Promise<Replayed | null> {
    this.#requireWritable()
    const target = replayTarget(this.#db, kind)
    if (!target) return null
    soundRow('action', target, this.path)
    try {
      return await this.#replayed(kind, target, options)
    } catch (error) {
      if (isConstraint(error)) throw historyDamaged(target.title, { cause: error })
      throw error
    }
  }

  async #replayed(
    kind: 'undo' | 'redo',
    target: ActionRow,
    { signal, onProgress, sentAs = null }: ReplayOptions,
  ): Promise<Replayed> {
    let writer: Writer | undefined
    if (target.state_changes <= smallAction) {
      writer = this.#transaction(() => {
        const small = new Writer(this.#db)
        for (const _ of replay(this.#db, kind, target.id, small));
        recordReplay(this.#db, kind, target, sentAs)
        small.flush()
        return small
      })
      this.#announce(writer)
    } else {
      const title = `${kind === 'undo' ? 'Undo' : 'Redo'}: ${target.title}`
      const write = async (connection: Connection) => {
        const large = new Writer(connection)
        writer = large
        let sliceStart = performance.now()
        for (const _ of replay(connection, kind, target.id, large)) {
          if (performance.now() - sliceStart < slice) continue
          onProgress?.(large.delta.length)
          await setImmediate()
          if (signal?.aborted) throw cancelled(title)
          sliceStart = performance.now()
        }
        recordReplay(connection, kind, target, sentAs)
        large.flush()
      }
      await this.#alone(title, write, () => this.#announce(writer!))
    }
    const changed = writer!.delta
    return {
      title: target.title,
      stateChanges: target.state_changes,
      labelChanges: target.label_changes,
      firstImageId: changed.length > 0 ? changed.imageIds[0] : null,
      firstLabelId: changed.length > 0 ? changed.labelIds[0] : null,
    }
  }

  async #alone<T>(title: string, work: (connection: Connection) => Promise<T>, committed: () => void): Promise<T> {
    this.#requireWritable()
    const connection = new Connection(this.path, { cacheMegabytes: 16 })
    this.#large = { title, connection }
    let result: T
    try {
      connection.begin()
      result = await work(connection)
      connection.commit()
    } catch (error) {
      connection.rollback()
      throw this.#explained(error)
    } finally {
      if (connection.open) connection.close()
      this.#large = undefined
    }
    // Listeners may write at once: an undo of what is shown must not be refused.
    committed()
    // The log is large now, and the next mark shouldn't have to wait for its checkpoint. If this fails, it will wait.
    if (this.#db.open) await maintain('checkpoint', { file: this.path }).catch(() => {})
    return result
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#db.transaction(work)
    } catch (error) {
      throw this.#explained(error)
    }
  }

  /** A broken constraint is a bug of ours, unless the file is damaged. Large files are fully checked only now. */
  #explained(error: unknown): unknown {
    if (!isConstraint(error)) return error
    const damage = findDamage(this.#db, { whole: true })
    return damage ? projectDamaged(this.path, { where: damage.where, cause: error }) : error
  }

  #write(kind: 'images' | 'models' | 'settings', work: () => void): void {
    this.#requireWritable()
    this.#transaction(work)
    this.#emit({ kind })
  }

  #requireOpen(): void {
    if (!this.#db.open) throw projectClosed(this.path)
  }

  #requireWritable(): void {
    this.#requireOpen()
    if (this.readOnly) throw openedReadOnly(this.path)
    this.#requirePlace()
    if (this.#large) throw projectBusy(this.#large.title)
  }

  /**
   * On some systems, an open file can still be written to after it was moved or deleted, and those writes would be lost.
   * @throws UserError `project-moved`
   */
  #requirePlace(): void {
    if (!this.#isMoved()) return
    if (!this.#rescued) {
      try {
        this.#rescue()
      } catch {
        // Then there is no backup; the advice stays the same.
      }
    }
    throw projectMoved(this.path)
  }

  #isMoved(): boolean {
    const identity = identityOf(this.path)
    // Some network drives renumber their files: there, the file only has to exist.
    return this.drive === 'network' ? identity === null : identity !== this.#identity
  }

  /** Writes the log into the file, wherever that is now, and makes a backup in case it was deleted. */
  #rescue(): void {
    this.#rescued = true
    this.#db.pragma('wal_checkpoint(TRUNCATE)')
    // The whole folder may have moved, with everything in it.
    if (isFolder(path.dirname(this.path))) keepBackupNow(this.#db, 'rescue')
  }

  #announceEdit(edit: Edit): void {
    this.#announce(edit.writer)
    for (const kind of edit.alsoChanged) this.#emit({ kind })
  }

  #announce(writer: Writer): void {
    if (writer.labelsChanged) this.#emit({ kind: 'labels' })
    if (writer.delta.length > 0) this.#emit({ kind: 'states', delta: writer.delta })
  }

  #emit(change: ProjectChange): void {
    this.states.follow(change)
    for (const listener of this.#listeners) listener(change)
  }
}
