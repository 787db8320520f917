import type { Collected } from './collected.ts'
import { hasImageName, walkFiles } from './walkFiles.ts'

/** So many folders at the end of a path are looked up. */
const deepestEnd = 8

/**
 * Paths of another machine, or from further up, begin alike: what follows may be the path in a project. Of one image alone, nothing
 * is known of where its folder begins.
 */
export function addShorterPaths(collected: Collected): void {
  const images = collected.images.filter((image) => image !== undefined)
  if (images.length < 2) return
  const ways = images.map(({ path }) => path.replaceAll('\\', '/').split('/').slice(0, -1))
  let shared = ways[0].length
  for (const way of ways) {
    let length = 0
    while (length < shared && way[length] === ways[0][length]) length++
    shared = length
  }
  if (shared === 0) return
  for (const image of images) {
    image.otherPaths ??= [image.path.replaceAll('\\', '/').split('/').slice(shared).join('/')]
  }
}

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
