import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { foldText } from '../images/path.ts'
import { applicationId } from '../migrations/index.ts'

/** The files and folders beside a project file that belong to it. */
const filesBeside = ['-wal', '-shm', '-journal', '-lock', '-owner']
const foldersBeside = ['-cache', '-backups']

/** The same for any project, recognised by name. */
const ofSomeProject = /\.surmise(?:-wal|-shm|-journal|-lock|-owner|-cache|-backups)?$/i
const folderOfSomeProject = /\.surmise-(?:cache|backups)$/i

/** Identifies the file or folder at a path, with links resolved, whatever name it is reached by. Undefined if there is none. */
export function identityOf(place: string): string | undefined {
  try {
    const { dev, ino } = statSync(place, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    // Missing, or not readable for us.
    return undefined
  }
}

/** The place with links resolved, as far as its folders exist. @param place absolute; it need not exist */
export function realPlaceOf(place: string): string {
  try {
    return realpathSync.native(place)
  } catch {
    const above = path.dirname(place)
    return above === place ? place : path.join(realPlaceOf(above), path.basename(place))
  }
}

/** A place and all folders above it, starting with the place. */
export function withFoldersAbove(place: string): string[] {
  const above = path.dirname(place)
  return above === place ? [place] : [place, ...withFoldersAbove(above)]
}

/**
 * Whether a place is a project, or one of the files that a project keeps beside it, by whatever name, link or letter case it is
 * reached.
 * @param projectPath the open project, which may have any name @param place absolute; it need not exist
 */
export function isOfProject(projectPath: string, place: string): boolean {
  const files = ['', ...filesBeside].map((suffix) => projectPath + suffix)
  const folders = foldersBeside.map((suffix) => projectPath + suffix)
  const beside = identityOf(path.dirname(projectPath))
  const isOne = (candidate: string, own: readonly string[]): boolean => {
    const identity = identityOf(candidate)
    if (identity !== undefined) return own.some((one) => identityOf(one) === identity)
    // What doesn't exist yet has no identity, but its name is reserved.
    const name = foldText(path.basename(candidate))
    const isBeside = beside !== undefined && identityOf(path.dirname(candidate)) === beside
    return isBeside && own.some((one) => foldText(path.basename(one)) === name)
  }
  // First the link that would be replaced, then what it leads to.
  const places = [path.join(realPlaceOf(path.dirname(place)), path.basename(place)), realPlaceOf(place)]
  return places.some((real) => {
    if (ofSomeProject.test(path.basename(real)) || isProjectFile(real) || isOne(real, files)) return true
    return withFoldersAbove(real).some((one) => folderOfSomeProject.test(path.basename(one)) || isOne(one, folders))
  })
}

/** Whether replacing this folder would delete the project or its files. @param folder absolute */
export function holdsProject(projectPath: string, folder: string): boolean {
  const identity = identityOf(folder)
  if (identity === undefined) return false
  return withFoldersAbove(realPlaceOf(projectPath)).some((one) => identityOf(one) === identity)
}

/** Recognised by its header, since it may have any name. */
function isProjectFile(file: string): boolean {
  const header = Buffer.alloc(72)
  try {
    // Opening a pipe would block until somebody writes to it.
    if (!statSync(file).isFile()) return false
    const handle = openSync(file, 'r')
    try {
      readSync(handle, header, 0, header.length, 0)
    } finally {
      closeSync(handle)
    }
  } catch {
    // Missing or unreadable: writing will say why.
    return false
  }
  return header.toString('latin1', 0, 16) === 'SQLite format 3\0' && header.readUInt32BE(68) === applicationId
}
