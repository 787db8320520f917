import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from './errors.ts'

/** An operating system's path rules; tests pass those of another system. */
type System = Pick<path.PlatformPath, 'join' | 'resolve' | 'relative' | 'isAbsolute' | 'sep'>

/**
 * Resolves a relative path within a folder. A project file may come from a stranger, so the paths of its images and models must
 * not lead anywhere else.
 * @param relative with forward slashes; '' is the folder itself
 * @throws UserError `path-outside` for anything that leaves the folder or isn't a path: `..`, a drive, a share, a NUL
 */
export function placeBelow(folder: string, relative: string, system: System = path): string {
  const place = system.join(folder, ...relative.split('/'))
  const way = system.relative(folder, place)
  const parts = system.sep === '\\' ? relative.split(/[\\/]/) : relative.split('/')
  // On Windows a colon means a drive or an alternate data stream, and dots and spaces at the end of a name are dropped.
  const isOdd = parts.some((part) => part === '..' || (system.sep === '\\' && /:|[. ]$/.test(part)))
  if (relative.includes('\0') || system.isAbsolute(relative) || isOdd || leadsOut(way, system)) throw outside(relative)
  return place
}

/**
 * Resolves every link, and checks that the file still lies within the folder.
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

/** A safe file name for an identity from an untrusted source. */
export function fileNameOf(identity: string): string {
  if (/^[\w-]{1,100}$/.test(identity)) return identity
  return createHash('sha256').update(identity).digest('hex')
}
