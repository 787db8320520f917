import path from 'node:path'

/** A folder or file, and the placeholder shown for it. */
export type PrivatePlace = readonly [place: string, sign: string]

/**
 * Replaces paths that say who somebody is or what they work on, so that the text can be shared. The longest path wins: a project
 * in the home folder becomes `<project>`, not `~/…`.
 */
export function withoutPrivatePaths(
  text: string,
  places: readonly PrivatePlace[],
  platform: NodeJS.Platform = process.platform,
): string {
  const known = places
    .flatMap(([place, sign]) => variantsOf(place).map((one) => ({ place: one, sign })))
    // The root of a disk reveals nothing.
    .filter(({ place }) => place.length > 1 && !/^[A-Za-z]:[\\/]?$/.test(place))
    .sort((a, b) => b.place.length - a.place.length)
  if (known.length === 0) return text
  const one = known.map(({ place }) => escaped(place)).join('|')
  // Whole names only: “/home/ann” isn't a part of “/home/anna”.
  const pattern = new RegExp(
    `(${one})(?=$|[\\\\/]|[^\\p{L}\\p{N}_.-]|\\.(?:\\s|$)|-cache\\b)`,
    isCaseless(platform) ? 'giu' : 'gu',
  )
  const signs = new Map(known.map(({ place, sign }) => [folded(place, platform), sign]))
  return text.replace(pattern, (found) => signs.get(folded(found, platform)) ?? found)
}

/** Windows accepts both slashes, and messages contain both. */
function variantsOf(place: string): string[] {
  const plain = place.length > 1 ? place.replace(/[\\/]+$/, '') : place
  return [...new Set([plain, plain.replaceAll('\\', '/'), path.normalize(plain)])]
}

const isCaseless = (platform: NodeJS.Platform): boolean => platform === 'win32' || platform === 'darwin'
const folded = (place: string, platform: NodeJS.Platform): string =>
  isCaseless(platform) ? place.toLowerCase() : place
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
