import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import { temporaryFolderPrefix, temporaryName } from '../../base/leftOvers.ts'
import { Connection } from '../database.ts'
import {
  notAProject,
  projectDamaged,
  projectExists,
  projectNotFound,
  projectReadOnly,
  projectTooNew,
} from '../errors.ts'
import { Edit, type NewLabel } from '../labels/edit.ts'
import { migrate, newestVersion } from '../migrations/index.ts'
import { type LostChanges, Project } from '../project.ts'
import { hasOwnSchema } from '../schema.ts'
import { type Settings, writeSettings } from '../settings.ts'
import { backupFolder } from './backups.ts'
import { faultOf } from './damage.ts'
import { type Drive, driveOf } from './drive.ts'
import { inspectHeader } from './header.ts'
import { keepAsItIs, keepBackupNow } from './keepBackup.ts'
import { isWritable, requireNothingLeftBehind } from './leftBehind.ts'
import { ProjectLock } from './lock.ts'
import { closeFolders, isOpenHere, keepPrivate } from './privacy.ts'
import { isFolder, requireFolder, rootColumns } from './root.ts'
import { hasLostTransactions } from './writeAheadLog.ts'

export interface CreateOptions {
  /** Ends in .surmise. */
  path: string
  imagesRoot: string
  /** @default the file's name */
  name?: string
  labels?: readonly (string | NewLabel)[]
  settings?: Partial<Settings>
}

export const projectExtension = '.surmise'

/** Files up to this size are checked in full whenever they are opened, in a tenth of a second. For larger ones there is `Project.check`. */
const checkedAtOpening = 16 * 1024 * 1024

/**
 * Creates a project file, all or nothing, and opens it. Never overwrites a file.
 * @throws UserError `project-name`, `project-exists`, `images-folder-missing`, those of labels, and those of the disk
 */
export function createProject(options: CreateOptions): Project {
  const target = path.resolve(options.path)
  const name = path.basename(target, projectExtension)
  if (!target.endsWith(projectExtension) || name === '') {
    throw new UserError(
      'project-name',
      `The name of a project file must end in ${projectExtension}: ${target}`,
      `For example: ${target}${projectExtension}`,
    )
  }
  if (!isFolder(path.dirname(target))) {
    throw new UserError(
      'project-folder-missing',
      `There is no folder ${path.dirname(target)}.`,
      'Create it first, or choose another.',
    )
  }
  if (existsSync(target)) throw projectExists(target)
  const root = requireFolder(options.imagesRoot)
  const temporary = temporaryName(target)
  try {
    closeSync(openSync(temporary, 'wx'))
    fill(
      temporary,
      target,
      root,
      { name, ...options.settings, ...(options.name && { name: options.name }) },
      options.labels ?? [],
    )
    publish(temporary, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') throw projectReadOnly(target, { cause: error })
    throw asUserError(error)
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(temporary + suffix, { force: true })
  }
  return openProject(target)
}

export interface OpenOptions {
  readOnly?: boolean
  /** @default detected */
  drive?: Drive
}

/**
 * Opens a project, for writing (one process at a time) or for reading.
 * @throws UserError `project-not-found`, `not-a-project`, `project-too-new`, `project-too-old`, `project-open-elsewhere`,
 *   `project-locked`, `project-damaged`, `project-read-only`
 */
export function openProject(file: string, { readOnly = false, drive }: OpenOptions = {}): Project {
  const resolved = path.resolve(file)
  try {
    return readOnly ? openForReading(findFile(resolved)) : openForWriting(findFile(resolved), drive)
  } catch (error) {
    throw asUserError(error)
  }
}

function fill(
  temporary: string,
  target: string,
  root: string,
  settings: Partial<Settings>,
  labels: readonly (string | NewLabel)[],
): void {
  const connection = new Connection(temporary)
  try {
    connection.pragma('journal_mode = WAL')
    migrate(connection)
    connection.transaction(() => {
      const { absolute, relative } = rootColumns(target, root)
      connection.run('INSERT INTO project VALUES (1, ?, ?, ?, ?)', randomUUID(), Date.now(), absolute, relative)
      writeSettings(connection, settings)
      const edit = new Edit(connection, { title: '' }, false)
      for (const label of labels) edit.addLabel(typeof label === 'string' ? { name: label } : label)
      edit.finish()
    })
  } finally {
    connection.close()
  }
}

/** Gives the finished file its name, unless such a file exists by now. */
function publish(temporary: string, target: string): void {
  try {
    linkSync(temporary, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw projectExists(target)
    // Some file systems (exFAT, some network drives) have no links.
    if (existsSync(target)) throw projectExists(target)
    renameSync(temporary, target)
  }
}

/** @returns the path with links resolved: one file has one lock, whatever name it is opened by @throws UserError */
function findFile(resolved: string): string {
  const stats = statSync(resolved, { throwIfNoEntry: false })
  if (!stats) throw projectNotFound(resolved)
  if (stats.isDirectory()) throw notAProject(resolved, 'is a folder')
  if (!stats.isFile()) throw notAProject(resolved, 'is not a file')
  if (stats.size === 0) throw notAProject(resolved, 'is empty')
  const file = realpathSync(resolved)
  // Closing a second handle of the file would drop the locks that SQLite holds on it in this process.
  if (!isOpenHere(file)) inspectHeader(file, stats.size)
  return file
}

function openForWriting(file: string, drive: Drive = driveOf(file)): Project {
  if (!isWritable(file) || !isWritable(path.dirname(file))) throw projectReadOnly(file)
  // Before anything opens the file: SQLite would silently drop the unreadable part of the log.
  const lost = !isOpenHere(file) && hasLostTransactions(file)
  requireNothingLeftBehind(file)
  refuseNewer(file)
  // The lock file is private, too.
  const letOthers = keepPrivate(file)
  try {
    const lock = new ProjectLock(file, drive)
    let lostChanges: LostChanges | null = null
    try {
      closeFolders(file, [`${file}-cache`, backupFolder(file)])
      if (lost) lostChanges = { keptAs: keepAsItIs(file) }
    } catch (error) {
      lock.release()
      throw error
    }
    return opened(
      file,
      { readOnly: false, drive, lostChanges },
      () => new Connection(file),
      () => lock.release(),
    )
  } finally {
    letOthers()
  }
}

/**
 * A newer version of Surmise that was killed may have left its format version only in the log. Opening the file for writing would
 * move it into the file, and a file that we refuse must stay untouched.
 */
function refuseNewer(file: string): void {
  if (isOpenHere(file) || !statSync(`${file}-wal`, { throwIfNoEntry: false })?.size) return
  const look = new Connection(file, { readOnly: true })
  try {
    const version = look.pragma('user_version') as number
    if (version > newestVersion) throw projectTooNew(file, version, newestVersion)
  } finally {
    look.close()
  }
}

function openForReading(file: string): Project {
  const lostChanges = !isOpenHere(file) && hasLostTransactions(file) ? { keptAs: null } : null
  try {
    return opened(
      file,
      { readOnly: true, lostChanges },
      () => new Connection(file, { readOnly: true }),
      () => {},
    )
  } catch (error) {
    // To read a file together with its log, SQLite has to write beside it. If it can't, a copy is read.
    if (!(error instanceof UserError) || error.code !== 'project-read-only' || isOpenHere(file)) throw error
  }
  const folder = mkdtempSync(path.join(tmpdir(), temporaryFolderPrefix()))
  const release = () => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = path.join(folder, path.basename(file))
    copyFileSync(file, copy, constants.COPYFILE_FICLONE)
    chmodSync(copy, 0o600)
    if (existsSync(`${file}-wal`)) {
      copyFileSync(`${file}-wal`, `${copy}-wal`)
      chmodSync(`${copy}-wal`, 0o600)
    }
    return opened(file, { readOnly: true, lostChanges }, () => new Connection(copy), release)
  } catch (error) {
    release()
    throw error
  }
}

function opened(
  file: string,
  {
    readOnly,
    drive = driveOf(file),
    lostChanges,
  }: { readOnly: boolean; drive?: Drive; lostChanges: LostChanges | null },
  connect: () => Connection,
  release: () => void,
): Project {
  let connection: Connection | undefined
  const letGo = () => {
    try {
      connection?.close()
    } finally {
      release()
      letOthers()
    }
  }
  const letOthers = keepPrivate(file)
  try {
    connection = connect()
    requireOwnVersion(connection)
    migrate(connection, undefined, { readOnly, before: (db) => keepBackupNow(db, 'migration') })
    // Before anything is written: a file that we refuse stays untouched.
    requireSound(connection)
    if (!readOnly) {
      // Where write-ahead logging isn't available, SQLite uses its rollback journal, which is slower but just as safe.
      connection.pragma(`journal_mode = ${drive === 'network' ? 'TRUNCATE' : 'WAL'}`)
      // After a large action, the log shrinks back to this size.
      connection.pragma(`journal_size_limit = ${64 * 1024 * 1024}`)
    }
    return new Project({ path: file, readOnly, drive, lostChanges, connection, release: letGo })
  } catch (error) {
    letGo()
    throw error
  }
}

/** Migrating tables that don't match the file's stated version would break them. */
function requireOwnVersion(connection: Connection): void {
  const version = connection.pragma('user_version') as number
  // A newer version gets an error of its own.
  if (version > newestVersion || hasOwnSchema(connection, version)) return
  throw projectDamaged(connection.path, { where: `its tables are not those of format ${version}` })
}

function requireSound(connection: Connection): void {
  const { path: file } = connection
  const fault = faultOf(connection, { whole: statSync(file).size <= checkedAtOpening })
  if (fault) throw projectDamaged(file, fault)
}
