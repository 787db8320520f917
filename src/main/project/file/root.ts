import { statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import type { Connection } from '../database.ts'

/** A root at most so many folders above the project file's moves together with it. */
const near = 2

/** The images' root as the file keeps it. @param projectPath absolute @param root absolute */
export function rootColumns(projectPath: string, root: string): { absolute: string; relative: string | null } {
  const relative = path.relative(path.dirname(projectPath), root)
  const ups = relative.split(path.sep).filter((part) => part === '..').length
  // On Windows there is no way from one drive to another.
  if (path.isAbsolute(relative) || ups > near) return { absolute: root, relative: null }
  return { absolute: root, relative: relative.split(path.sep).join('/') }
}

/** Where the images are now: beside the project file if they moved with it, else where they were. */
export function findRoot(projectPath: string, absolute: string, relative: string | null): string {
  if (relative === null) return absolute
  const moved = path.resolve(path.dirname(projectPath), relative)
  return isFolder(moved) || isShare(absolute) || !isFolder(absolute) ? moved : absolute
}

/** On Windows, to look at another computer’s share tells that computer who looks: not before somebody has allowed it. */
export function isShare(folder: string): boolean {
  return process.platform === 'win32' && /^[\\/]{2}/.test(folder)
}

export function writeRoot(db: Connection, projectPath: string, root: string): void {
  const { absolute, relative } = rootColumns(projectPath, root)
  db.run(
    'UPDATE project SET images_root = ?, images_root_relative = ? WHERE images_root IS NOT ? OR images_root_relative IS NOT ?',
    absolute,
    relative,
    absolute,
    relative,
  )
}

/** @throws UserError `images-folder-missing` */
export function requireFolder(folder: string): string {
  const absolute = path.resolve(folder)
  if (isFolder(absolute)) return absolute
  throw new UserError(
    'images-folder-missing',
    `There is no image folder at ${absolute}.`,
    'Choose the folder with the images.',
  )
}

export function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory()
  } catch {
    // Not there, or not for us to see.
    return false
  }
}
