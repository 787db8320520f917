import type { Collected } from './collected.ts'

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
