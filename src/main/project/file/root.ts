import { statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import type { Connection } from '../database.ts'

/** An image folder at most this many levels above the project's own moves together with the project. */
const near = 2

/** The image folder, as stored in the project file. @param projectPath absolute @param root absolute */
export function rootColumns(projectPath: string, root: string): { absolute: string; relative: string | null } {
  const relative = path.relative(path.dirname(projectPath), root)
  const ups = relative.split(path.sep).filter((part) => part === '..').length
  // On Windows, no relative path leads from one drive to another.
  if (path.isAbsolute(relative) || ups > near) return { absolute: root, relative: null }
  return { absolute: root, relative: relative.split(path.sep).join('/') }
}

/** Where the images are: beside the project file if they moved with it, otherwise where they were. */
export function findRoot(projectPath: string, absolute: string, relative: string | null): string {
  if (relative === null) return absolute
  const moved = path.resolve(path.dirname(projectPath), relative)
  return isFolder(moved) || isShare(absolute) || !isFolder(absolute) ? moved : absolute
}

/** On Windows, opening another computer’s share tells that computer who is asking, so it needs permission first. */
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
    // Missing, or not readable for us.
    return false
  }
}
