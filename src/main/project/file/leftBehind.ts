import { accessSync, chmodSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'

/*
 * Opening a read-only project leaves its log and the log's index behind, with the permissions that the project had then. Once the
 * project is writable again, they still aren't, and SQLite refuses to open it.
 */

const kinds = ['-wal', '-shm', '-journal', '-lock']

/** The read-only files beside a writable project. @returns absolute paths */
function leftBehind(file: string): string[] {
  return kinds.map((kind) => file + kind).filter((one) => statSync(one, { throwIfNoEntry: false }) && !isWritable(one))
}

/** @throws UserError `project-read-only` */
export function requireNothingLeftBehind(file: string): void {
  const names = leftBehind(file).map((one) => path.basename(one))
  if (names.length === 0) return
  throw new UserError(
    'project-read-only',
    `The project can’t be written because an earlier read-only session left some of its files read-only: ${names.join(', ')} beside ${file}`,
    `To fix this, run: surmise doctor ${file}. Nothing is lost: the files are part of the project.`,
  )
}

/**
 * Gives files that were left read-only beside a project the project’s own permissions. Nothing is deleted: the log may hold marks.
 * @returns the names of the files that were changed, and of those that belong to somebody else and stay as they are
 */
export function mendLeftBehind(file: string): { mended: string[]; stuck: string[] } {
  const found = { mended: [] as string[], stuck: [] as string[] }
  // If the project itself is read-only, that is on purpose.
  if (!isWritable(file)) return found
  const { mode } = statSync(file)
  for (const one of leftBehind(file)) {
    let mended = true
    try {
      chmodSync(one, mode & 0o777)
    } catch {
      mended = false
    }
    found[mended ? 'mended' : 'stuck'].push(path.basename(one))
  }
  return found
}

export function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}
