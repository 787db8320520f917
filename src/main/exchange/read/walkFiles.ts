import type { Dirent } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, cancelled, UserError } from '../../base/errors.ts'
import { decoderOf, encodingIn } from './encoding.ts'

export interface FoundFile {
  /** From the folder, with forward slashes. */
  path: string
  /** Absolute. */
  file: string
}

/** What systems leave among people's files: thumbnails, the halves of zipped files, bins. Nothing in there is a data set's. */
const leftBySystems = new Set(['__macosx', '@eadir', '$recycle.bin', 'system volume information', 'lost+found'])

/** Whether a file or a folder of this name is passed over: hidden, or not of the data set. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || leftBySystems.has(name.toLowerCase())
}

/** Deeper than this no data set lies; a folder that is linked into itself does. */
const deepest = 24

/**
 * The files below a folder, in the order of their paths; hidden ones, and what systems leave there, are passed over. Links to files count, links to folders
 * are not followed.
 * @throws UserError `cancelled`, `too-deep`, and those of the file system
 */
export async function walkFiles(
  root: string,
  wanted: (name: string) => boolean,
  { signal, below = '' }: { signal?: AbortSignal; below?: string } = {},
): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  const folders: [relative: string, depth: number][] = [[below, 0]]
  for (let next = folders.pop(); next; next = folders.pop()) {
    if (signal?.aborted) throw cancelled('The import')
    const [folder, depth] = next
    if (depth > deepest) {
      throw new UserError(
        'too-deep',
        `Folders are nested too deeply: ${path.join(root, folder)}`,
        'Choose another folder.',
      )
    }
    let entries: Dirent[]
    try {
      entries = await readdir(path.join(root, folder), { withFileTypes: true })
    } catch (error) {
      throw asUserError(error)
    }
    for (const entry of entries) {
      if (isPassedOver(entry.name)) continue
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`
      const file = path.join(root, ...relative.split('/'))
      if (entry.isDirectory()) folders.push([relative, depth + 1])
      else if (wanted(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await isFile(file))))) {
        found.push({ path: relative, file })
      }
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

export async function foldersIn(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() && !isPassedOver(entry.name))
      .map(({ name }) => name)
      .sort()
  } catch (error) {
    throw asUserError(error)
  }
}

export async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false
}

/**
 * A small text file, whole, without its byte order mark; UTF-16 too.
 * @param atMost bytes @throws UserError `file-too-large`, `not-utf8`, and those of the file system
 */
export async function readText(file: string, atMost = 4 * 1024 * 1024): Promise<string> {
  try {
    const handle = await open(file)
    try {
      const { size } = await handle.stat()
      if (size > atMost)
        throw new UserError('file-too-large', `The file is too large for its kind: ${file}`, 'Choose another.')
      const bytes = await handle.readFile()
      return decoderOf(encodingIn(bytes.subarray(0, 4096)) ?? 'utf-8').decode(bytes)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof TypeError)
      throw new UserError('not-utf8', `The file isn’t UTF-8: ${file}`, 'Save it as UTF-8.')
    throw asUserError(error)
  }
}

/** Names of folders that part a data set. */
export const splitNames = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'testing', 'trainval'])

const imageExtensions = new Set(['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'avif', 'tif', 'tiff', 'gif', 'bmp'])

export function hasImageName(name: string): boolean {
  return imageExtensions.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
}
