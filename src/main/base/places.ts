import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from './errors.ts'

/** The rules of a system for paths: those of the one that this runs on, unless a test asks for another's. */
type System = Pick<path.PlatformPath, 'join' | 'resolve' | 'relative' | 'isAbsolute' | 'sep'>

/**
 * The place that a relative path names below a folder. A project file may come from a stranger: what it calls its images and its
 * models must not lead anywhere else.
 * @param relative with forward slashes; '' is the folder itself
 * @throws UserError `path-outside` for whatever leads out of the folder, or is no path: `..`, a drive, a share, a NUL
 */
export function placeBelow(folder: string, relative: string, system: System = path): string {
  const place = system.join(folder, ...relative.split('/'))
  const way = system.relative(folder, place)
  const parts = system.sep === '\\' ? relative.split(/[\\/]/) : relative.split('/')
  // On Windows a colon names a drive, or a stream hidden behind a file; a dot or a space at the end of a name is passed over.
  const isOdd = parts.some((part) => part === '..' || (system.sep === '\\' && /:|[. ]$/.test(part)))
  if (relative.includes('\0') || system.isAbsolute(relative) || isOdd || leadsOut(way, system)) throw outside(relative)
  return place
}

/**
 * The same file with every link resolved, if it lies below the folder then, too.
 * @throws UserError `path-outside`; what the file system throws
 */
export async function realPlaceBelow(folder: string, file: string): Promise<string> {
  const [realFolder, realFile] = [await realpath(folder), await realpath(file)]
  const way = path.relative(realFolder, realFile)
  if (way === '' || leadsOut(way, path)) throw outside(path.relative(folder, file))
  return realFile
}

function leadsOut(way: string, system: System): boolean {
  return way === '..' || way.startsWith(`..${system.sep}`) || system.isAbsolute(way)
}

function outside(relative: string): UserError {
  return new UserError(
    'path-outside',
    `This path leads outside its folder: ${relative.slice(0, 200)}`,
    'Rescan images. If the path remains, another program put it there.',
  )
}

/** An identity that came from anywhere, as the name of a file: it stays in its folder, whatever it is. */
export function fileNameOf(identity: string): string {
  if (/^[\w-]{1,100}$/.test(identity)) return identity
  return createHash('sha256').update(identity).digest('hex')
}
