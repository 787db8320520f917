import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { hasImageExtension } from '../../images/formats.ts'
import { holdsProject, identityOf, isOfProject, realPlaceOf, withFoldersAbove } from '../../project/file/ownFiles.ts'
import { followPermissions } from '../../project/file/privacy.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** Something to be written outside the project. */
export interface WriteTarget {
  /** The file or folder the user named, absolute. */
  path: string
  /** `folder`: replaced as a whole; `into-folder`: only `files` are replaced, everything else in it stays. */
  as: 'file' | 'folder' | 'into-folder'
  /** Further files that are written, absolute. */
  files?: readonly string[]
  /** The folder may hold other exports: only existing `files` need permission to be overwritten. @default false */
  shared?: boolean
  /** Whether existing files may be replaced. @default false */
  overwrite?: boolean
}

/**
 * The one check before anything is written outside a project. Projects, the files beside them and the images are never a target,
 * by whatever name or link they are reached; anything else that exists only if it may be overwritten.
 * @throws UserError `export-target`, `target-exists`
 */
export function requireTarget(workspace: ReadableWorkspace, wanted: WriteTarget): void {
  const { path: target, as, files = [], shared = false, overwrite = false } = wanted
  followPermissions()
  for (const place of [target, ...files]) {
    if (isOfProject(workspace.project.path, place)) throw refused(place, 'belongs to a project')
    if (isSourceImage(workspace, place)) throw refused(place, 'is an image of the project')
  }
  const written = as === 'file' ? [target, ...files] : files
  const notFile = written.find((place) => factsOf(place)?.isFile() === false)
  if (notFile !== undefined) throw refused(notFile, isFolder(notFile) ? 'is a folder' : 'is not a file')
  if (as !== 'file' && exists(target) && !isFolder(target)) throw refused(target, 'is a file')
  const isFull = as !== 'file' && !shared && hasContent(target)
  if (overwrite) {
    if (as === 'folder' && isFull) requireReplaceable(workspace, target)
    return
  }
  const existing = written.find(exists)
  if (existing !== undefined) throw targetExists(`A file already exists: ${existing}`)
  if (isFull) throw targetExists(`This folder isn’t empty: ${target}`)
}

/** The check for paths that only come up during the export, such as those images are copied to. @throws UserError `export-target` */
export function requireNoSource(workspace: ReadableWorkspace, place: string): void {
  if (isSourceImage(workspace, place)) throw refused(place, 'is an image of the project')
}

/** Only a folder this program wrote is deleted as a whole: any other might be somebody's home folder. */
function requireReplaceable(workspace: ReadableWorkspace, folder: string): void {
  const { project, context } = workspace
  if (holdsProject(project.path, folder)) throw refused(folder, 'contains the project')
  const [root, real] = [rootOf(workspace), realPlaceOf(folder)]
  const identity = identityOf(folder)
  const below = pathWithin(root, real)
  const holdsImages = below !== undefined && project.images.count({ folder: below }) > 0
  if (holdsImages || withFoldersAbove(root).some((one) => identityOf(one) === identity)) {
    throw refused(folder, 'contains the project’s images')
  }
  if (context.writes.wasWritten(folder)) return
  throw new UserError(
    'export-target',
    `This folder isn’t an earlier export, so it won’t be replaced: ${folder}`,
    'Choose an empty folder or a new name.',
  )
}

/** Whether a path is an image of the project: by name, through a linked folder, or as a hard link. */
function isSourceImage(workspace: ReadableWorkspace, place: string): boolean {
  const { project } = workspace
  const root = rootOf(workspace)
  for (const real of [path.join(realPlaceOf(path.dirname(place)), path.basename(place)), realPlaceOf(place)]) {
    const way = pathWithin(root, real)
    // An image added since the last scan counts too.
    if (way && (project.images.byPath(way) || (hasImageExtension(way) && exists(real)))) return true
  }
  const facts = factsOf(place)
  if (!facts?.isFile() || facts.nlink < 2 || !workspace.imagesAllowed) return false
  const identity = identityOf(place)
  for (const { path: file, size, status } of project.images.known()) {
    if (status === 'missing' || size !== facts.size) continue
    if (identityOf(path.join(root, ...file.split('/'))) === identity) return true
  }
  return false
}

/** The image folder with links resolved; as it is named if it may not be touched. */
function rootOf({ project: { imagesRoot }, imagesAllowed }: ReadableWorkspace): string {
  return imagesAllowed ? realPlaceOf(imagesRoot) : imagesRoot
}

/** The path relative to a folder, with forward slashes; '' for the folder itself, undefined for anything outside. */
function pathWithin(folder: string, place: string): string | undefined {
  const way = path.relative(folder, place)
  if (path.isAbsolute(way) || way === '..' || way.startsWith(`..${path.sep}`)) return undefined
  return way.split(path.sep).join('/')
}

/** Undefined if it doesn't exist or can't be examined: writing will then report the reason. */
function factsOf(place: string, ask: typeof statSync | typeof lstatSync = statSync): Stats | undefined {
  try {
    return ask(place)
  } catch {
    return undefined
  }
}

/** A broken link exists, too. */
const exists = (place: string): boolean => factsOf(place, lstatSync) !== undefined
const isFolder = (place: string): boolean => factsOf(place)?.isDirectory() === true
const hasContent = (folder: string): boolean => isFolder(folder) && readdirSync(folder).length > 0

function refused(place: string, why: string): UserError {
  return new UserError('export-target', `This can’t be written there: ${place} ${why}.`, 'Choose another name.')
}

function targetExists(message: string): UserError {
  return new UserError('target-exists', message, 'Choose another name, or allow it to be overwritten (--overwrite).')
}
