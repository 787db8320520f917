/** A file that the project knows. */
export interface KnownFile {
  /** The project's own number of it, unique. */
  id: number
  /** Of those that are not missing, unique. */
  path: string
  size: number
  mtimeMs: number
  /** Null if it could never be read. */
  sha256: string | null
  /**
   * Broken: looked at again at every scan, perhaps someone mended it. Missing: a former scan found it nowhere; should its
   * content, or a file at its path, turn up again, it is that one.
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
  /** Known files whose path is empty, or taken by another known file, and whose content is nowhere. */
  missing: number[]
  /** Files that no known file became. */
  added: File[]
}

/**
 * Tells which file is which, by content first: labels belong to what is seen, not to its name. So renamed, moved and swapped
 * files keep their labels. Where a content is there more than once, a file at the same path is preferred, then one of the
 * same name in another folder, then the order of the paths decides: the same folders always give the same answer. Files that
 * were missing before come after those that were there.
 * @param known the known files that are not simply where they were: path empty, read again, or missing before
 * @param gone those that were there, and whose path is empty now
 * @param read the files read: at known paths, and new ones
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

/** Gives each known file the first file, in order, that has the same key and is not given yet. */
function matchInOrder<File extends Fingerprinted>(
  known: readonly KnownFile[],
  files: Iterable<File>,
  keyOf: (item: Fingerprinted) => string,
): Map<KnownFile, File> {
  const byKey = Map.groupBy(files, keyOf)
  const nextOf = new Map<string, number>()
  const matches = new Map<KnownFile, File>()
  for (const one of known) {
    // Without a fingerprint nothing can be told by content.
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
