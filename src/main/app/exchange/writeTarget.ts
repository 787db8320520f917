import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { hasImageExtension } from '../../images/formats.ts'
import { holdsProject, identityOf, isOfProject, realPlaceOf, withFoldersAbove } from '../../project/file/ownFiles.ts'
import { followPermissions } from '../../project/file/privacy.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** What is to be written outside of the project. */
export interface WriteTarget {
  /** Absolute: the file, or the folder, that somebody asked for. */
  path: string
  /** `folder`: all of it is replaced; `into-folder`: only `files` are, and what else lies there stays. */
  as: 'file' | 'folder' | 'into-folder'
  /** Absolute: what is written besides, or into the folder. */
  files?: readonly string[]
  /** A folder made for several exports: only those of `files` that are there need to be allowed. @default false */
  shared?: boolean
  /** Whether what is there may be replaced. @default false */
  overwrite?: boolean
}

/**
 * The one door to everything that is written outside of a project. The project, what lies beside it, other projects and the images
 * are never a target, however they are called or reached. Anything else that is there is one only if it may be overwritten.
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
  const odd = written.find((place) => factsOf(place)?.isFile() === false)
  if (odd !== undefined) throw refused(odd, isFolder(odd) ? 'is a folder' : 'is not a file')
  if (as !== 'file' && isThere(target) && !isFolder(target)) throw refused(target, 'is a file')
  const isFull = as !== 'file' && !shared && hasContent(target)
  if (overwrite) {
    if (as === 'folder' && isFull) requireReplaceable(workspace, target)
    return
  }
  const there = written.find(isThere)
  if (there !== undefined) throw exists(`A file already exists: ${there}`)
  if (isFull) throw exists(`This folder isn’t empty: ${target}`)
}

/** What `requireTarget` says of places that are made up while writing: where an image is copied to. */
export function requireNoSource(workspace: ReadableWorkspace, place: string): void {
  if (isSourceImage(workspace, place)) throw refused(place, 'is an image of the project')
}

/** Only what this program wrote is thrown away as a whole: a folder may be somebody's home. */
function requireReplaceable(workspace: ReadableWorkspace, folder: string): void {
  const { project, context } = workspace
  if (holdsProject(project.path, folder)) throw refused(folder, 'contains the project')
  const [root, real] = [rootOf(workspace), realPlaceOf(folder)]
  const identity = identityOf(folder)
  const below = wayBelow(root, real)
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

/** By its own name, through a folder that is a link, or as another name of the same file. */
function isSourceImage(workspace: ReadableWorkspace, place: string): boolean {
  const { project } = workspace
  const root = rootOf(workspace)
  for (const real of [path.join(realPlaceOf(path.dirname(place)), path.basename(place)), realPlaceOf(place)]) {
    const way = wayBelow(root, real)
    // One that was put there since the last scan is an image, too.
    if (way && (project.images.byPath(way) || (hasImageExtension(way) && isThere(real)))) return true
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

/** A folder that may not be looked at is known by its name alone. */
function rootOf({ project: { imagesRoot }, imagesAllowed }: ReadableWorkspace): string {
  return imagesAllowed ? realPlaceOf(imagesRoot) : imagesRoot
}

/** With forward slashes; '' for the folder itself, undefined for what lies elsewhere. */
function wayBelow(folder: string, place: string): string | undefined {
  const way = path.relative(folder, place)
  if (path.isAbsolute(way) || way === '..' || way.startsWith(`..${path.sep}`)) return undefined
  return way.split(path.sep).join('/')
}

/** Undefined for what isn't there, or can't be: the writing will say why. */
function factsOf(place: string, ask: typeof statSync | typeof lstatSync = statSync): Stats | undefined {
  try {
    return ask(place)
  } catch {
    return undefined
  }
}

/** A link that leads nowhere is there, too. */
const isThere = (place: string): boolean => factsOf(place, lstatSync) !== undefined
const isFolder = (place: string): boolean => factsOf(place)?.isDirectory() === true
const hasContent = (folder: string): boolean => isFolder(folder) && readdirSync(folder).length > 0

function refused(place: string, why: string): UserError {
  return new UserError('export-target', `This can’t be written there: ${place} ${why}.`, 'Choose another name.')
}

function exists(message: string): UserError {
  return new UserError('target-exists', message, 'Choose another name, or allow it to be overwritten (--overwrite).')
}
