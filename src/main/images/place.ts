import { stat } from 'node:fs/promises'
import { UserError } from '../base/errors.ts'
import { placeBelow, realPlaceBelow } from '../base/places.ts'

/**
 * Resolves a path from a project file to a file that may be read, which must be within the image folder once links are resolved.
 * This is the only way to do so.
 * @param root absolute @param relative with forward slashes
 * @returns absolute, without links
 * @throws UserError `path-outside`, `not-a-file`; what the file system throws
 */
export async function placeOfImage(root: string, relative: string): Promise<string> {
  const file = await realPlaceBelow(root, placeBelow(root, relative))
  // Opening a pipe would block until somebody writes to it.
  if ((await stat(file)).isFile()) return file
  throw new UserError('not-a-file', `This isn’t a file: ${relative.slice(0, 200)}`, 'Rescan images.')
}
