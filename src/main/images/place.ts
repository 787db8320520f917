import { stat } from 'node:fs/promises'
import { UserError } from '../base/errors.ts'
import { placeBelow, realPlaceBelow } from '../base/places.ts'

/**
 * The one way from a path of a project file to a file that is read: it lies below the folder of images, with every link resolved.
 * @param root absolute @param relative with forward slashes
 * @returns absolute, without links
 * @throws UserError `path-outside`, `not-a-file`; what the file system throws
 */
export async function placeOfImage(root: string, relative: string): Promise<string> {
  const file = await realPlaceBelow(root, placeBelow(root, relative))
  // To open a pipe would wait for whoever writes to it.
  if ((await stat(file)).isFile()) return file
  throw new UserError('not-a-file', `This isn’t a file: ${relative.slice(0, 200)}`, 'Rescan images.')
}
