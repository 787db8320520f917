import type { Collected } from './collected.ts'
import { hasImageName, walkFiles } from './walkFiles.ts'

/** So many folders at the end of a path are looked up. */
const deepestEnd = 8

/**
 * Images that lie in the folder they are told of can be known by their content, whatever another program has called them:
 * FiftyOne writes b/x.jpg as data/x-2.jpg.
 * @throws UserError `cancelled`, and those of the file system
 */
export async function addFiles(collected: Collected, root: string, signal?: AbortSignal): Promise<void> {
  const open = collected.images.filter((image) => image !== undefined && image.file === undefined)
  if (open.length === 0) return
  const byEnd = new Map<string, string | null>()
  for (const { path, file } of await walkFiles(root, hasImageName, { signal })) {
    const parts = path.split('/')
    for (let from = Math.max(0, parts.length - deepestEnd); from < parts.length; from++) {
      const end = parts.slice(from).join('/')
      for (const key of [end, end.replace(/\.[^./]*$/, '')]) byEnd.set(key, byEnd.has(key) ? null : file)
    }
  }
  for (const image of open) {
    const clean = image!.path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')
    const file = byEnd.get(clean)
    if (file) image!.file = file
  }
}
