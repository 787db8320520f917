import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { FolderListing } from '../../../contract/schemas.ts'
import { asUserError, UserError } from '../../base/errors.ts'
import { hasImageExtension } from '../../images/formats.ts'
import { homeFolder } from './home.ts'

const entriesShown = 5000
const natural = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/**
 * Lists a folder of this machine for the page's own file dialog: folders first, hidden entries left out.
 * @param extensions of the files to list, without the dot. @default images
 * @throws UserError `path-relative`, and those of the file system
 */
export async function browseFolder(folder = homeFolder(), extensions?: readonly string[]): Promise<FolderListing> {
  requireAbsolute(folder)
  const resolved = path.resolve(folder)
  const wanted = extensions && new Set(extensions.map((one) => one.toLowerCase()))
  const entries: FolderListing['entries'] = []
  try {
    for (const entry of await readdir(resolved, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue
      const full = path.join(resolved, entry.name)
      // A link counts as what it points to; a broken one is left out.
      const kind = entry.isSymbolicLink() ? await stat(full).catch(() => undefined) : entry
      const image = hasImageExtension(entry.name)
      if (kind?.isDirectory()) entries.push({ name: entry.name, path: full, kind: 'folder', image: false })
      else if (kind?.isFile() && (wanted ? wanted.has(path.extname(entry.name).slice(1).toLowerCase()) : image)) {
        entries.push({ name: entry.name, path: full, kind: 'file', image })
      }
    }
  } catch (error) {
    throw asUserError(error)
  }
  entries.sort((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || natural.compare(a.name, b.name))
  const parent = path.dirname(resolved)
  return {
    folder: resolved,
    parent: parent === resolved ? null : parent,
    places: places(),
    entries: entries.slice(0, entriesShown),
  }
}

function places(): FolderListing['places'] {
  const home = homeFolder()
  const candidates = [
    { name: 'Home', path: home },
    ...['Documents', 'Pictures', 'Desktop', 'Downloads'].map((name) => ({ name, path: path.join(home, name) })),
    ...['/', '/Volumes', '/media', '/mnt', 'C:\\', 'D:\\', 'E:\\'].map((place) => ({ name: place, path: place })),
  ]
  return candidates.filter((place) => path.isAbsolute(place.path) && existsSync(place.path))
}

/** Paths from a page must not depend on the folder the program was started in. @throws UserError `path-relative` */
export function requireAbsolute(file: string): string {
  if (path.isAbsolute(file) && !file.includes('\0')) return path.resolve(file)
  throw new UserError(
    'path-relative',
    `This isn’t a full path: ${file}`,
    'Use a full path: /home/…/photos, or C:\\…\\photos.',
  )
}
