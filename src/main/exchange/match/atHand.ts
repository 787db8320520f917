import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { FileImage } from '../read/collected.ts'
import { hasImageName, isFile, walkFiles } from '../read/walkFiles.ts'
import { stemOf } from './match.ts'

/** Finds the file of an image that lies with the labels. @returns absolute; undefined for none, or where several may be meant */
export type Locate = (image: FileImage) => Promise<string | undefined>

/**
 * Images may lie in the folder that is imported, or beside the file: then they are known by their content, whatever they are called in
 * the project. Nothing outside is looked at, wherever the names point.
 * @param place the file or the folder, absolute
 */
export function imagesAtHand(place: string): Locate {
  let index: Promise<Index> | undefined
  let isFolder: Promise<boolean> | undefined
  return async (image) => {
    isFolder ??= stat(place).then(
      (facts) => facts.isDirectory(),
      () => false,
    )
    const paths = [image.path, ...(image.otherPaths ?? [])].flatMap(endsOf)
    if (!(await isFolder)) return firstFile(path.dirname(place), paths)
    index ??= indexOf(place)
    const { byPath, byName } = await index
    for (const one of paths) {
      const found = byPath.get(one) ?? byPath.get(stemOf(one)) ?? byName.get(one)
      if (found !== undefined && found !== '') return found
    }
    return undefined
  }
}

interface Index {
  /** With and without extension; '' where there are several. */
  byPath: Map<string, string>
  byName: Map<string, string>
}

async function indexOf(folder: string): Promise<Index> {
  const index: Index = { byPath: new Map(), byName: new Map() }
  const add = (keys: Map<string, string>, key: string, file: string) => keys.set(key, keys.has(key) ? '' : file)
  for (const { path: relative, file } of await walkFiles(folder, hasImageName).catch(() => [])) {
    const key = relative.normalize('NFC')
    add(index.byPath, key, file)
    if (stemOf(key) !== key) add(index.byPath, stemOf(key), file)
    const name = path.posix.basename(key)
    add(index.byName, name, file)
    add(index.byName, stemOf(name), file)
  }
  return index
}

/** Beside a file, where its own paths lead, or in a folder “images” there. */
async function firstFile(folder: string, paths: readonly string[]): Promise<string | undefined> {
  for (const one of paths) {
    for (const below of [one, `images/${one}`]) {
      const file = path.resolve(folder, ...below.split('/'))
      if (file.startsWith(folder + path.sep) && (await isFile(file))) return file
    }
  }
  return undefined
}

/** A path, and its ends: without the folders of another machine. */
function endsOf(text: string): string[] {
  const parts = text
    .normalize('NFC')
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .slice(-6)
  return parts.map((_, at) => parts.slice(at).join('/'))
}
