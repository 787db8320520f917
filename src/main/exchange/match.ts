import type { FileImage } from './collected.ts'
import type { ProblemList } from './records.ts'

/** An image of the project that a file may mean. */
export interface TargetImage {
  id: number
  uid: string
  path: string
  sha256: string | null
  /** False for one whose file is gone: another may have its path by now. */
  available: boolean
}

export type MatchedBy = 'uid' | 'path' | 'sha256' | 'name'

export interface Matches {
  /** The project's image of each of the file's; 0 for none. */
  imageIds: Int32Array
  by: Record<MatchedBy, number>
  /** Indexes of the images that match none. */
  unmatched: number[]
}

/** Several images answer to this key: none is meant for certain. */
const ambiguous = -1

/**
 * Finds the images that a file means: by identity (only in files of Surmise), by relative path, by fingerprint, by a base
 * name that is unique on both sides. What an earlier rule has found, a later one doesn't give away again.
 */
export function matchImages(
  images: readonly (FileImage | undefined)[],
  targets: Iterable<TargetImage>,
  problems: ProblemList,
): Matches {
  const keys = keysOf(targets)
  const matches: Matches = {
    imageIds: new Int32Array(images.length),
    by: { uid: 0, path: 0, sha256: 0, name: 0 },
    unmatched: [],
  }
  const taken = new Set<number>()
  const ownNames = countNames(images)
  const rules: [MatchedBy, (image: FileImage) => number | undefined][] = [
    ['uid', (image) => (image.uid === null ? undefined : keys.byUid.get(image.uid))],
    ['path', (image) => findPath(keys, image.path)],
    ['sha256', (image) => (image.sha256 === null ? undefined : keys.bySha256.get(image.sha256.toLowerCase()))],
    ['name', (image) => (ownNames.get(baseName(image.path)) === 1 ? keys.byName.get(baseName(image.path)) : undefined)],
  ]
  const unclear = new Set<number>()
  for (const [rule, find] of rules) {
    const found: [index: number, id: number][] = []
    for (const [index, image] of images.entries()) {
      if (!image || matches.imageIds[index] !== 0) continue
      const id = find(image)
      if (id === undefined) continue
      if (id === ambiguous || taken.has(id)) unclear.add(index)
      else found.push([index, id])
    }
    for (const [index, id] of found) {
      if (taken.has(id)) {
        // The same path twice in a file is one image with two entries; of two equal contents or names, the first is meant.
        if (rule !== 'path') {
          unclear.add(index)
          continue
        }
        problems.add('image-twice', 'Images that the file lists more than once: taken together', images[index]!.path)
      }
      taken.add(id)
      matches.imageIds[index] = id
      matches.by[rule]++
    }
  }
  for (const [index, image] of images.entries()) {
    if (!image || matches.imageIds[index] !== 0) continue
    matches.unmatched.push(index)
    if (!unclear.has(index)) continue
    problems.add(
      'image-ambiguous',
      'Images that could be several of the project’s, or one that another entry means: not matched',
      image.path,
    )
  }
  return matches
}

function keysOf(targets: Iterable<TargetImage>) {
  const byUid = new Map<string, number>()
  const byPath = new Map<string, number>()
  const byComposedPath = new Map<string, number>()
  const bySha256 = new Map<string, number>()
  const byName = new Map<string, number>()
  const gone: TargetImage[] = []
  for (const target of targets) {
    byUid.set(target.uid, target.id)
    if (!target.available) {
      gone.push(target)
      continue
    }
    byPath.set(target.path, target.id)
    addUnique(byComposedPath, target.path.normalize('NFC'), target.id)
    if (target.sha256 !== null) addUnique(bySha256, target.sha256, target.id)
    addUnique(byName, baseName(target.path), target.id)
  }
  // An image whose file is gone keeps its labels, so it can get some, if no other answers to the same key.
  for (const { id, path, sha256 } of gone) {
    if (!byPath.has(path)) byPath.set(path, id)
    if (sha256 !== null && !bySha256.has(sha256)) bySha256.set(sha256, id)
  }
  return { byUid, byPath, byComposedPath, bySha256, byName }
}

interface Keys {
  byPath: Map<string, number>
  byComposedPath: Map<string, number>
}

/** As it is written; then as other programs write the same: with backslashes, a dot in front, composed or decomposed. */
function findPath({ byPath, byComposedPath }: Keys, path: string): number | undefined {
  const clean = cleanPath(path)
  return byPath.get(path) ?? byPath.get(clean) ?? byComposedPath.get(clean.normalize('NFC'))
}

function addUnique(keys: Map<string, number>, key: string, id: number): void {
  keys.set(key, keys.has(key) ? ambiguous : id)
}

function countNames(images: readonly (FileImage | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const image of images) {
    if (!image) continue
    const name = baseName(image.path)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

function cleanPath(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).normalize('NFC')
}
