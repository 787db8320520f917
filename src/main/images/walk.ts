import type { Dirent } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { UserError } from '../base/errors.ts'
import { placeBelow } from '../base/places.ts'
import { isCacheFolder } from './cacheFolder.ts'
import { hasImageExtension, otherKindOf } from './formats.ts'

export interface FoundFile {
  /** Relative to the root, with forward slashes, spelt as on disk (without Unicode normalisation). */
  path: string
  size: number
  /** Whole milliseconds. */
  mtimeMs: number
}

export interface Walk {
  /** Files with the extension of an image, ordered by path. */
  files: FoundFile[]
  /** Folders that exist but can't be listed, so that their content is unknown. */
  closedFolders: string[]
  /** The number of symbolic links. They are never followed: targets within the root are found anyway, others don't belong to it. */
  links: number
  /** The numbers of images of formats that aren't read, by extension. */
  otherKinds: Record<string, number>
}

/** Folders that belong to systems and programs. */
const skippedFolders = new Set(['$RECYCLE.BIN', 'System Volume Information', '@eaDir', '__MACOSX', 'lost+found'])

/** How many files are queried for their size at once. */
const askedAtOnce = 64

/**
 * Checks that the image folder can be read.
 * @returns its real path
 * @throws UserError `images-folder-missing`, `images-folder-not-a-folder`, `images-folder-closed`
 */
export async function openRoot(root: string): Promise<string> {
  try {
    if (!(await stat(root)).isDirectory()) {
      throw new UserError('images-folder-not-a-folder', `This isn’t a folder: ${root}`, 'Choose a folder of images.')
    }
    return await realpath(root)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError(
        'images-folder-missing',
        `The image folder is missing: ${root}`,
        'Connect its disk, or relocate the image folder. No labels are lost.',
      )
    }
    if (code === 'EACCES' || code === 'EPERM') throw closed(root)
    throw error
  }
}

function closed(root: string): UserError {
  return new UserError(
    'images-folder-closed',
    `You don’t have permission to list this folder: ${root}`,
    'Change its permissions, or choose another folder.',
  )
}

/**
 * Finds all image files below a folder, skipping hidden files and folders, caches and links.
 * @param root from `openRoot`
 * @param onFound called now and then with the number of files found so far
 * @throws UserError `images-folder-closed`; the signal's reason
 */
export async function walk(root: string, signal?: AbortSignal, onFound?: (found: number) => void): Promise<Walk> {
  const result: Walk = { files: [], closedFolders: [], links: 0, otherKinds: {} }
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted()
    const absolute = absolutePath(root, folder)
    let entries: Dirent[]
    try {
      entries = await readdir(absolute, { withFileTypes: true })
    } catch (error) {
      // Deleted since its parent was listed, together with its files.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      if (folder === '') throw closed(root)
      result.closedFolders.push(folder)
      continue
    }
    const visible = entries.filter((entry) => !entry.name.startsWith('.'))
    if (folder !== '') {
      const names = visible.map((entry) => entry.name)
      if (await isCacheFolder(absolute, names)) continue
    }
    const names: string[] = []
    for (const entry of visible) {
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink()) result.links++
      else if (entry.isDirectory()) {
        if (!skippedFolders.has(entry.name)) folders.push(below)
      } else if (entry.isFile() && hasImageExtension(entry.name)) names.push(below)
      else if (entry.isFile()) {
        const kind = otherKindOf(entry.name)
        if (kind) result.otherKinds[kind] = (result.otherKinds[kind] ?? 0) + 1
      }
    }
    for (let i = 0; i < names.length; i += askedAtOnce) {
      const found = await Promise.all(names.slice(i, i + askedAtOnce).map((name) => ask(root, name)))
      for (const file of found) if (file) result.files.push(file)
      onFound?.(result.files.length)
      signal?.throwIfAborted()
    }
  }
  result.files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return result
}

/** @returns undefined if the file has gone since it was listed */
async function ask(root: string, name: string): Promise<FoundFile | undefined> {
  try {
    const { size, mtimeMs } = await lstat(absolutePath(root, name))
    return { path: name, size, mtimeMs: Math.trunc(mtimeMs) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !hasLostLetters(name)) return undefined
    // It exists, but can't be queried; reading it will tell why.
    return { path: name, size: 0, mtimeMs: 0 }
  }
}

/** A name that isn't valid Unicode arrives with U+FFFD in place of the invalid bytes, and can't be opened by that name. */
export function hasLostLetters(name: string): boolean {
  return name.includes('\ufffd')
}

/** @param relative from the root, with forward slashes @throws UserError `path-outside` */
export function absolutePath(root: string, relative: string): string {
  return placeBelow(root, relative)
}
