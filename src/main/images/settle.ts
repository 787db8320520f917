/** A file that the project knows. */
export interface KnownFile {
  /** The project's unique id. */
  id: number
  /** Unique among files that aren't missing. */
  path: string
  size: number
  mtimeMs: number
  /** Null if it was never readable. */
  sha256: string | null
  /**
   * Broken: checked again at every scan, as it may have been repaired. Missing: not found by an earlier scan; if its content, or a
   * file at its path, turns up again, it is considered the same image.
   */
  status: 'ok' | 'broken' | 'missing'
}

export interface Fingerprinted {
  path: string
  sha256: string | null
}

export interface Settled<File> {
  /** Known files whose content is now at another path. */
  moved: { id: number; file: File }[]
  /** Known files with other content, another date or another status at the same path. */
  changed: { id: number; file: File }[]
  /** Known files whose content isn't found anywhere, and whose path is gone or taken by another known file. */
  missing: number[]
  /** Files that don't correspond to any known file. */
  added: File[]
}

/**
 * Matches the files found with known ones, by content first, because labels belong to what an image shows, not to its name. So
 * renamed, moved and swapped files keep their labels. If several files have the same content, one at the same path is preferred,
 * then one with the same name in another folder, then the first by path, so that the same folders always give the same result.
 * Files that were missing before are matched last.
 * @param known the known files that aren't simply unchanged: their path is gone, or was read again, or they were missing
 * @param gone those that weren't missing before, and whose path is gone now
 * @param read the files read, at known and at new paths
 */
export function settle<File extends Fingerprinted>(
  known: readonly KnownFile[],
  gone: ReadonlySet<KnownFile>,
  read: readonly File[],
): Settled<File> {
  const result: Settled<File> = { moved: [], changed: [], missing: [], added: [] }
  const files = new Map(sortedByPath(read).map((file) => [file.path, file]))
  const { present = [], missing = [] } = Object.groupBy(sortedByPath(known), ({ status }) =>
    status === 'missing' ? 'missing' : 'present',
  )

  const takenPaths = new Set<string>()
  const byContent = (group: readonly KnownFile[]): KnownFile[] => {
    let rest = group
    for (const keyOf of [samePath, sameName, sameContent]) {
      const matches = matchInOrder(rest, files.values(), keyOf)
      for (const [one, file] of matches) {
        result[one.path === file.path ? 'changed' : 'moved'].push({ id: one.id, file })
        takenPaths.add(file.path)
        files.delete(file.path)
      }
      rest = rest.filter((one) => !matches.has(one))
    }
    return [...rest]
  }
  for (const one of [...byContent(present), ...byContent(missing)]) {
    const file = files.get(one.path)
    if (file) {
      result.changed.push({ id: one.id, file })
      takenPaths.add(file.path)
      files.delete(file.path)
    } else if (gone.has(one) || (one.status !== 'missing' && takenPaths.has(one.path))) {
      result.missing.push(one.id)
    }
  }
  result.added = [...files.values()]
  return result
}

const samePath = ({ path, sha256 }: Fingerprinted) => `${sha256} ${path}`
const sameName = ({ path, sha256 }: Fingerprinted) => `${sha256} ${path.slice(path.lastIndexOf('/') + 1)}`
const sameContent = ({ sha256 }: Fingerprinted) => `${sha256}`

/** Matches each known file with the first unmatched file that has the same key. */
function matchInOrder<File extends Fingerprinted>(
  known: readonly KnownFile[],
  files: Iterable<File>,
  keyOf: (item: Fingerprinted) => string,
): Map<KnownFile, File> {
  const byKey = Map.groupBy(files, keyOf)
  const nextOf = new Map<string, number>()
  const matches = new Map<KnownFile, File>()
  for (const one of known) {
    // Without a hash, it can't be matched by content.
    if (one.sha256 === null) continue
    const key = keyOf(one)
    const next = nextOf.get(key) ?? 0
    const file = byKey.get(key)?.[next]
    if (!file) continue
    nextOf.set(key, next + 1)
    matches.set(one, file)
  }
  return matches
}

function sortedByPath<Item extends { path: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}
