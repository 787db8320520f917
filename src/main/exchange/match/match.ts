import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cancelled } from '../../base/errors.ts'
import type { FileImage } from '../read/collected.ts'
import type { ProblemList } from '../records.ts'
import type { Locate } from './atHand.ts'
import { isRenamed, type LooseStep, looseKeys, looseName, looseSteps, stepsFor } from './loose.ts'

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
  /** Those of them that may be several images of the project. */
  ambiguous: number[]
}

/** So many folders at the end of a path are tried. */
const deepestEnd = 12

/** Several images answer to this key: none is meant for certain. */
const ambiguous = -1

/**
 * Finds the images that a file means: by identity (only in files of Surmise), by relative path, by fingerprint, by a base
 * name that is unique on both sides; then the same with names as other programs change them (see `loose.ts`). What an earlier rule
 * has found, a later one doesn't give away again. The fingerprint of an image that is at hand is only taken where its path says
 * nothing, or where the project has several images of its name: then it comes before the path.
 * @param uids whether the file's identities are those of projects
 * @param locate finds the file of an image, for those that nothing else tells
 * @throws UserError `cancelled`
 */
export async function matchImages(
  images: readonly (FileImage | undefined)[],
  targets: Iterable<TargetImage>,
  problems: ProblemList,
  { signal, uids = false, locate }: { signal?: AbortSignal; uids?: boolean; locate?: Locate } = {},
): Promise<Matches> {
  const all = [...targets]
  const keys = keysOf(all, {
    uids,
    stems: images.some((image) => image?.stem),
    fingerprints:
      locate !== undefined || images.some((image) => image && (image.sha256 !== null || image.file !== undefined)),
  })
  const matches: Matches = {
    imageIds: new Int32Array(images.length),
    by: { uid: 0, path: 0, sha256: 0, name: 0 },
    unmatched: [],
    ambiguous: [],
  }
  const taken = new Set<number>()
  const ownNames = countNames(images)
  const fingerprints = new Map<FileImage, string>()
  const otherPath = (image: FileImage) =>
    ofFolder(image, () =>
      firstOf([...(image.otherPaths ?? []), ...endsOf(image.path)], (path) => findPath(keys, image, path)),
    )
  const ofFolder = (image: FileImage, find: () => number | undefined) =>
    image.flat && isOneOfSeveral(image) ? ambiguous : find()
  // Another program may have put it where another of that name was: FiftyOne writes b/x.jpg as data/x.jpg.
  const isOneOfSeveral = (image: FileImage) => findName(keys, image) === ambiguous
  const byContent = (image: FileImage) => keys.bySha256.get(fingerprints.get(image) ?? '')
  const sureContent = (image: FileImage) => {
    const id = isOneOfSeveral(image) ? byContent(image) : undefined
    return id === ambiguous ? undefined : id
  }
  const rules: [MatchedBy, (image: FileImage) => number | undefined][] = [
    ['uid', (image) => (uids && image.uid !== null ? keys.byUid.get(image.uid) : undefined)],
    ['sha256', sureContent],
    ['path', (image) => ofFolder(image, () => findPath(keys, image, image.path))],
    ['path', otherPath],
    ['sha256', (image) => keys.bySha256.get(fingerprints.get(image) ?? image.sha256?.toLowerCase() ?? '')],
    ['name', (image) => (ownNames.get(nameOf(image)) === 1 ? findName(keys, image) : undefined)],
  ]
  const unclear = new Set<number>()
  const steps: typeof rules = looseSteps.flatMap((step): typeof rules => {
    // Most files need none of these: the names are only looked through when an image is still open.
    let loose: LooseKeys | undefined
    const keysFor = () => {
      loose ??= looseKeysOf(all, step, taken)
      return loose
    }
    const isFor = (image: FileImage) => stepsFor(image.path).includes(step)
    return [
      ['path', (image) => (isFor(image) ? findLoosePath(keysFor(), image, looseName(image.path, step)) : undefined)],
      [
        'name',
        (image) =>
          stepsFor(nameFor(image)).includes(step)
            ? keysFor().byName.get(baseName(looseName(nameFor(image), step)))
            : undefined,
      ],
    ]
  })
  for (const [place, [rule, find]] of [...rules, ...steps].entries()) {
    const isLoose = place >= rules.length
    if (rule === 'sha256' && keys.bySha256.size > 0) {
      for (const [index, image] of images.entries()) {
        if (!image || matches.imageIds[index] !== 0 || image.sha256 !== null || fingerprints.has(image)) continue
        if (find === sureContent && !isOneOfSeveral(image)) continue
        if (signal?.aborted) throw cancelled('The import')
        const file = image.file ?? (await locate?.(image))
        const fingerprint = file === undefined ? undefined : await fingerprintOf(file)
        if (fingerprint !== undefined) fingerprints.set(image, fingerprint)
      }
    }
    const found: [index: number, id: number][] = []
    const claims = new Map<number, number>()
    for (const [index, image] of images.entries()) {
      if (!image || matches.imageIds[index] !== 0) continue
      const id = find(image)
      if (id === undefined) continue
      claims.set(id, (claims.get(id) ?? 0) + 1)
      if (id === ambiguous || taken.has(id)) unclear.add(index)
      else found.push([index, id])
    }
    for (const [index, id] of found) {
      // Of several that come near to one path, none is meant for certain.
      if ((find === otherPath || isLoose) && claims.get(id)! > 1) {
        unclear.add(index)
        continue
      }
      if (taken.has(id)) {
        // The same path twice in a file is one image with two entries; of two equal contents or names, the first is meant.
        if (rule !== 'path' || isLoose) {
          unclear.add(index)
          continue
        }
        problems.add('image-twice', 'Images listed more than once: combined', images[index]!.path)
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
    matches.ambiguous.push(index)
    problems.add('image-ambiguous', 'Ambiguous images: not matched', image.path)
  }
  return matches
}

/** Undefined if it can't be read: then its name has to do. */
async function fingerprintOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}

interface Wanted {
  uids: boolean
  stems: boolean
  fingerprints: boolean
}

/** What is not wanted stays empty: a project may have a million images. */
function keysOf(targets: Iterable<TargetImage>, { uids, stems, fingerprints }: Wanted) {
  const keys = {
    byUid: new Map<string, number>(),
    byPath: new Map<string, number>(),
    /** Of paths that are not composed as they stand. */
    byComposedPath: new Map<string, number>(),
    byStem: new Map<string, number>(),
    bySha256: new Map<string, number>(),
    byName: new Map<string, number>(),
    byNameStem: new Map<string, number>(),
  }
  const gone: TargetImage[] = []
  for (const target of targets) {
    if (uids) keys.byUid.set(target.uid, target.id)
    if (!target.available) {
      gone.push(target)
      continue
    }
    keys.byPath.set(target.path, target.id)
    const composed = target.path.normalize('NFC')
    if (composed !== target.path) addUnique(keys.byComposedPath, composed, target.id)
    if (fingerprints && target.sha256 !== null) addUnique(keys.bySha256, target.sha256, target.id)
    const name = baseName(target.path)
    addUnique(keys.byName, name, target.id)
    if (!stems) continue
    addUnique(keys.byStem, stemOf(composed), target.id)
    addUnique(keys.byNameStem, stemOf(name), target.id)
  }
  // An image whose file is gone keeps its labels, so it can get some, if no other answers to the same key.
  for (const { id, path, sha256 } of gone) {
    if (!keys.byPath.has(path)) keys.byPath.set(path, id)
    if (fingerprints && sha256 !== null && !keys.bySha256.has(sha256)) keys.bySha256.set(sha256, id)
    const stem = stemOf(path.normalize('NFC'))
    if (stems && !keys.byStem.has(stem)) keys.byStem.set(stem, id)
  }
  return keys
}

type Keys = ReturnType<typeof keysOf>

/** As it is written; then as other programs write the same: with backslashes, a dot in front, composed or decomposed. */
function findPath(keys: Keys, image: FileImage, path: string): number | undefined {
  const clean = cleanPath(path)
  const composed = clean.normalize('NFC')
  const exact = keys.byPath.get(path) ?? keys.byPath.get(clean)
  const [alike, other] = [keys.byPath.get(composed), keys.byComposedPath.get(composed)]
  const found = exact ?? (alike !== undefined && other !== undefined ? ambiguous : (alike ?? other))
  if (found !== undefined || !image.stem) return found
  return keys.byStem.get(path.normalize('NFC')) ?? keys.byStem.get(composed)
}

function findName(keys: Keys, image: FileImage): number | undefined {
  const name = nameOf(image)
  return keys.byName.get(name) ?? (image.stem ? keys.byNameStem.get(name) : undefined)
}

interface LooseKeys {
  byPath: Map<string, number>
  byName: Map<string, number>
}

/** Images that are meant by no other entry, by their names as this step compares them. */
function looseKeysOf(targets: readonly TargetImage[], step: LooseStep, taken: ReadonlySet<number>): LooseKeys {
  const keys: LooseKeys = { byPath: new Map(), byName: new Map() }
  for (const { id, path, available } of targets) {
    if (!available) continue
    for (const key of looseKeys(path, step)) {
      addUnique(keys.byPath, key, id)
      addUnique(keys.byName, baseName(key), id)
    }
  }
  // What an earlier rule has given away is meant by nobody else, but a name that it shares is still not unique.
  for (const map of [keys.byPath, keys.byName]) for (const [key, id] of map) if (taken.has(id)) map.delete(key)
  return keys
}

/** The whole path, or an end of it with a folder; its name alone is another rule. */
function findLoosePath(keys: LooseKeys, image: FileImage, path: string): number | undefined {
  const clean = cleanPath(path)
  const hasLostFolder = image.flat || (!clean.includes('/') && isRenamed(image.path))
  if (hasLostFolder && keys.byName.get(baseName(clean)) === ambiguous) return ambiguous
  return keys.byPath.get(clean) ?? firstOf(endsOf(clean), (end) => keys.byPath.get(end))
}

/** The ends of a path that other programs write from further up; its name alone is another rule. */
function endsOf(path: string): string[] {
  const parts = cleanPath(path).split('/')
  const from = Math.max(1, parts.length - deepestEnd)
  return parts.slice(from, -1).map((_, index) => parts.slice(from + index).join('/'))
}

function firstOf(paths: readonly string[], find: (path: string) => number | undefined): number | undefined {
  for (const path of paths) {
    const id = find(path)
    if (id !== undefined) return id
  }
  return undefined
}

function addUnique(keys: Map<string, number>, key: string, id: number): void {
  keys.set(key, keys.has(key) ? ambiguous : id)
}

function countNames(images: readonly (FileImage | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const image of images) {
    if (!image) continue
    const name = nameOf(image)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

function cleanPath(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')
}

/** The name that an image goes by where its folder is another: that of its likeliest other path, if it has one. */
function nameOf(image: FileImage): string {
  return baseName(nameFor(image))
}

function nameFor(image: FileImage): string {
  return image.otherPaths?.at(-1) ?? image.path
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).normalize('NFC')
}

/** Without the extension, if it has one. */
export function stemOf(path: string): string {
  const dot = path.lastIndexOf('.')
  return dot > path.lastIndexOf('/') + 1 ? path.slice(0, dot) : path
}
