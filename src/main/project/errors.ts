import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { UserError } from '../base/errors.ts'

/** better-sqlite3's SqliteError, recognised by its code so that only `database.ts` knows the library. */
interface SqliteFailure extends Error {
  code: string
}

export function isSqliteFailure(error: unknown): error is SqliteFailure {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')
}

/**
 * Turns an SQLite error into a sentence and a way out, on opening as well as during work. Errors that only a bug can cause (a broken
 * constraint, wrong SQL) stay as they are.
 */
export function asProjectError(error: unknown, path: string): unknown {
  // The library's own error for a missing folder.
  if (error instanceof TypeError && /directory does not exist/.test(error.message))
    return projectMoved(path, { cause: error })
  if (!isSqliteFailure(error)) return error
  // For a missing file, opening, writing and reading have different codes.
  if (ofPlace.test(error.code) && isGone(path)) return projectMoved(path, { cause: error })
  const make = failures.find(([codes]) => codes.test(error.code))?.[1]
  return make ? make(path, { cause: error }) : error
}

const ofPlace = /^SQLITE_(READONLY|PERM|CANTOPEN|AUTH|IOERR)/

/** Whether the file was moved, deleted, or was on a drive that has been removed. Never true in memory. */
function isGone(path: string): boolean {
  return isAbsolute(path) && !existsSync(path)
}

type Maker = (path: string, options?: ErrorOptions) => UserError

/** The first match counts: extended codes come before their families. */
const failures: [codes: RegExp, make: Maker][] = [
  [/^SQLITE_READONLY_DBMOVED$/, projectMoved],
  [/^SQLITE_(READONLY|PERM|CANTOPEN|AUTH)/, projectReadOnly],
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, projectLocked],
  [/^SQLITE_(CORRUPT|NOTADB|FORMAT)/, projectDamaged],
  [/^SQLITE_(FULL|IOERR_WRITE_ENOSPC)/, diskFull],
  [/^SQLITE_IOERR/, diskFailed],
  [/^SQLITE_NOMEM/, outOfMemory],
  [/^SQLITE_TOOBIG/, valueTooLarge],
]

export function projectNotFound(path: string): UserError {
  return new UserError(
    'project-not-found',
    `There is no project file at ${path}.`,
    'Check the path, or create a new project.',
  )
}

export function notAProject(path: string, reason: string): UserError {
  return new UserError(
    'not-a-project',
    `This isn’t a Surmise project: ${path} ${reason}.`,
    'Choose a file that ends in .surmise.',
  )
}

export function projectTooNew(path: string, version: number, newest: number): UserError {
  return new UserError(
    'project-too-new',
    `This project was made by a newer Surmise: ${path} has format ${version}, but this program supports up to ${newest}.`,
    'Update Surmise. The file was not changed.',
  )
}

export function projectTooOld(path: string): UserError {
  return new UserError(
    'project-too-old',
    `This project was made by an older Surmise and can’t be upgraded while opened read-only: ${path}`,
    'Open it once with write permission.',
  )
}

/** @param by on a network drive: the machine that has the project open, and the file that says so */
export function projectOpenElsewhere(path: string, by?: { host: string | undefined; note: string }): UserError {
  const where = by?.host ? `on ${by.host}` : 'in another window or program'
  return new UserError(
    'project-open-elsewhere',
    `This project is open ${where}: ${path}`,
    `Close it there, or open it read-only here.${by ? ` If it isn’t open any more, delete ${by.note}` : ''}`,
  )
}

export function projectLocked(path: string, options?: ErrorOptions): UserError {
  return new UserError(
    'project-locked',
    `Another program has locked the project file: ${path}`,
    'Close any database, backup or sync programs that use it, then try again. Your saved work is untouched.',
    options,
  )
}

/** @param options `where`: the damaged part in a few words, if the content is the problem */
export function projectDamaged(
  path: string | undefined,
  { where, ...options }: ErrorOptions & { where?: string } = {},
): UserError {
  return new UserError(
    'project-damaged',
    `The project file is damaged${where ? ` (${where})` : ''}${path ? `: ${path}` : '.'}`,
    where
      ? 'Restore a backup, or run “surmise doctor --repair” on this file, which keeps a copy first.'
      : 'Keep a copy of the file as it is, and continue from your latest backup or export.',
    options,
  )
}

/** The new data contradicts the existing data: a bug, or a damaged file. */
export function isConstraint(error: unknown): boolean {
  return isSqliteFailure(error) && error.code.startsWith('SQLITE_CONSTRAINT')
}

/** A reference to a missing row. Labels are looked up before they are written. */
export function isDangling(error: unknown): boolean {
  return isSqliteFailure(error) && error.code === 'SQLITE_CONSTRAINT_FOREIGNKEY'
}

export function imageUnknown(options?: ErrorOptions): UserError {
  return new UserError('image-unknown', 'There is no such image in this project.', 'Reload the images.', options)
}

export function historyDamaged(title: string, options?: ErrorOptions): UserError {
  return new UserError(
    'history-damaged',
    `“${title}” can’t be undone or redone: what it would bring back conflicts with the current state.`,
    'Mark it by hand, or restore a backup.',
    options,
  )
}

export function projectReadOnly(path: string, options?: ErrorOptions): UserError {
  return new UserError(
    'project-read-only',
    `The project can’t be written: the file or its folder is read-only: ${path}`,
    'Change the permissions, copy the project elsewhere, or open it read-only.',
    options,
  )
}

export function openedReadOnly(path: string): UserError {
  return new UserError(
    'project-read-only',
    `The project was opened read-only, so nothing can be changed: ${path}`,
    'Close it elsewhere or change its permissions, then open it again.',
  )
}

export function projectExists(path: string): UserError {
  return new UserError(
    'project-exists',
    `A file with this name already exists: ${path}`,
    'Choose another name, or open that file.',
  )
}

export function projectClosed(path: string): UserError {
  return new UserError('project-closed', `The project has been closed: ${path}`, 'Open it again.')
}

export function projectBusy(title: string): UserError {
  return new UserError(
    'project-busy',
    `A large change is being written: ${title}.`,
    'Try again when it is done, or cancel it.',
  )
}

export function projectMoved(path: string, options?: ErrorOptions): UserError {
  return new UserError(
    'project-moved',
    `The project file is gone: it was moved or deleted while open, or its drive was removed: ${path}`,
    'Put it back, or open it in its new location. If it was deleted, restore the latest backup.',
    options,
  )
}

function diskFull(path: string, options?: ErrorOptions): UserError {
  return new UserError(
    'disk-full',
    `The disk is full, so this change couldn’t be saved to ${path}.`,
    'Free some space, then try again. Your saved work is untouched.',
    options,
  )
}

function diskFailed(path: string, options?: ErrorOptions): UserError {
  return new UserError(
    'disk-failed',
    `The disk couldn’t be read or written: ${path}`,
    'Check the disk or the network drive, then open the project again.',
    options,
  )
}

function outOfMemory(path: string, options?: ErrorOptions): UserError {
  return new UserError(
    'out-of-memory',
    `There isn’t enough memory to continue with ${path}.`,
    'Close other programs, then try again.',
    options,
  )
}

function valueTooLarge(_path: string, options?: ErrorOptions): UserError {
  return new UserError('value-too-large', 'A text is too long to store.', 'Shorten it.', options)
}
