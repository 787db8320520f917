/**
 * An error that people can act on. It reaches the screen and the command line as one sentence (`message`) and a way out (`hint`).
 * Anything else that is thrown is a bug, and is logged with its stack.
 */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly code: string
  readonly hint: string

  /** @param code stable, in kebab-case: tests and translations refer to it */
  constructor(code: string, message: string, hint = '', options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}

/** An error that has crossed a process boundary. */
export interface ErrorReport {
  code: string
  message: string
  hint: string
  /** Only for bugs: a UserError needs no stack to be acted on. */
  stack?: string
}

const systemReasons: Record<string, [message: string, hint: string]> = {
  ENOSPC: ['The disk is full.', 'Free some space, then try again. Your saved work is untouched.'],
  EACCES: ['You don’t have permission to use this file or folder.', 'Change its permissions, or choose another place.'],
  EPERM: ['The system doesn’t allow this.', 'Change the permissions of the file or folder, or choose another place.'],
  EROFS: ['This disk is read-only.', 'Choose a writable location.'],
  ENOENT: ['This file or folder doesn’t exist.', 'Check the path.'],
  EISDIR: ['This is a folder, not a file.', 'Choose a file.'],
  ENOTDIR: ['This is a file, not a folder.', 'Choose a folder.'],
  EEXIST: ['A file with this name already exists.', 'Choose another name.'],
  ENOTEMPTY: ['This folder is not empty.', 'Choose an empty or new one.'],
  ENAMETOOLONG: ['This name is too long.', 'Choose a shorter name.'],
  EBUSY: ['Another program is using this file.', 'Close it there, then try again.'],
  EMFILE: ['Too many files are open at once.', 'Close other programs, then try again.'],
  EIO: ['The disk couldn’t be read or written.', 'Check the disk, then try again.'],
}

/** Turns system errors (disk full, no permission, …) into sentences; leaves everything else as it is. */
export function asUserError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  const { code, path } = error as NodeJS.ErrnoException
  const reason = code === undefined ? undefined : systemReasons[code]
  if (!reason) return error
  const [message, hint] = reason
  return new UserError(code!.toLowerCase(), path ? `${message.slice(0, -1)}: ${path}` : message, hint, { cause: error })
}

/** The form of an error that can cross a process boundary. `errorFrom` turns it back. */
export function reportOf(error: unknown): ErrorReport {
  const known = asUserError(error)
  if (known instanceof UserError) return { code: known.code, message: known.message, hint: known.hint }
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'bug',
    message,
    hint: 'This is a bug in Surmise.',
    stack: error instanceof Error ? error.stack : undefined,
  }
}

/** The error of a report: a UserError, or for a bug a plain Error with the original stack. */
export function errorFrom(report: ErrorReport): Error {
  if (report.code !== 'bug') return new UserError(report.code, report.message, report.hint)
  const error = new Error(report.message)
  if (report.stack) error.stack = report.stack
  return error
}

/** The error of a cancelled job. */
export function cancelled(what: string): UserError {
  return new UserError('cancelled', `${what} was cancelled.`, 'Start it again when you like.')
}

/** Shortens texts of unknown length, from files or libraries, for messages. */
export function shortened(text: string, longest = 200): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}
