import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { foldText } from '../images/path.ts'
import { applicationId } from '../migrations/index.ts'

/** What lies beside a project file and belongs to it. */
const filesBeside = ['-wal', '-shm', '-journal', '-lock', '-owner']
const foldersBeside = ['-cache', '-backups']

/** The same of any project, told by its name. */
const ofSomeProject = /\.surmise(?:-wal|-shm|-journal|-lock|-owner|-cache|-backups)?$/i
const folderOfSomeProject = /\.surmise-(?:cache|backups)$/i

/** Which file or folder a path leads to, links followed; the same for every name that it has. Undefined if there is none. */
export function identityOf(place: string): string | undefined {
  try {
    const { dev, ino } = statSync(place, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    // Not there, or not for us to see.
    return undefined
  }
}

/** The same place with the links of every folder that exists resolved. @param place absolute; it need not exist */
export function realPlaceOf(place: string): string {
  try {
    return realpathSync.native(place)
  } catch {
    const above = path.dirname(place)
    return above === place ? place : path.join(realPlaceOf(above), path.basename(place))
  }
}

/** A place and all folders above it, the place first. */
export function withFoldersAbove(place: string): string[] {
  const above = path.dirname(place)
  return above === place ? [place] : [place, ...withFoldersAbove(above)]
}

/**
 * Whether a place is a project, or among what a project keeps beside its file, by whatever name, link or letter case it is reached.
 * @param projectPath of the project that is open: it may be called anything @param place absolute; it need not exist
 */
export function isOfProject(projectPath: string, place: string): boolean {
  const files = ['', ...filesBeside].map((suffix) => projectPath + suffix)
  const folders = foldersBeside.map((suffix) => projectPath + suffix)
  const beside = identityOf(path.dirname(projectPath))
  const isOne = (candidate: string, own: readonly string[]): boolean => {
    const identity = identityOf(candidate)
    if (identity !== undefined) return own.some((one) => identityOf(one) === identity)
    // What is not there yet has no identity, but a name that is taken.
    const name = foldText(path.basename(candidate))
    const isBeside = beside !== undefined && identityOf(path.dirname(candidate)) === beside
    return isBeside && own.some((one) => foldText(path.basename(one)) === name)
  }
  // A link that is to be replaced lies at the first; what it leads to is the second.
  const places = [path.join(realPlaceOf(path.dirname(place)), path.basename(place)), realPlaceOf(place)]
  return places.some((real) => {
    if (ofSomeProject.test(path.basename(real)) || isProjectFile(real) || isOne(real, files)) return true
    return withFoldersAbove(real).some((one) => folderOfSomeProject.test(path.basename(one)) || isOne(one, folders))
  })
}

/** Whether replacing this folder would take the project, or what belongs to it, away. @param folder absolute */
export function holdsProject(projectPath: string, folder: string): boolean {
  const identity = identityOf(folder)
  if (identity === undefined) return false
  return withFoldersAbove(realPlaceOf(projectPath)).some((one) => identityOf(one) === identity)
}

/** Told by its header: it may be called anything. */
function isProjectFile(file: string): boolean {
  const header = Buffer.alloc(72)
  try {
    // To open a pipe would wait for whoever writes to it.
    if (!statSync(file).isFile()) return false
    const handle = openSync(file, 'r')
    try {
      readSync(handle, header, 0, header.length, 0)
    } finally {
      closeSync(handle)
    }
  } catch {
    // What isn't there, or can't be read, can't be told; the writing will say why.
    return false
  }
  return header.toString('latin1', 0, 16) === 'SQLite format 3\0' && header.readUInt32BE(68) === applicationId
}
