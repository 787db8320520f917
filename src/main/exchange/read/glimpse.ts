import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { asUserError } from '../../base/errors.ts'
import { decodedHead } from './encoding.ts'
import { partialJson } from './partialJson.ts'
import { hasImageName, isPassedOver } from './walkFiles.ts'

/** What there is at a path, for a format to say whether it is its own. */
export interface Glimpse {
  /** The last part of the path, lower case. */
  name: string
  isFolder: boolean
  /** How a file begins, as text. */
  head: string
  /** What that beginning says, where it is JSON or JSON Lines; see `partialJson`. */
  json: unknown
  /** What is in a folder, and in its folders ('a', 'a/b.json', 'a/b/c.xml'), lower case, sorted; of many, some. */
  entries: readonly string[]
  /** The folders among them. */
  folders: ReadonlySet<string>
  /** How some of the files in a folder begin, by their entries: those that may hold labels. Their names are as on disk. */
  inside: ReadonlyMap<string, Beginning & { name: string }>
  /** What lies beside the place, lower case; only files that may hold labels. */
  beside: readonly string[]
}

export interface Beginning {
  head: string
  json: unknown
}

/** So much of a file says what it is. */
const headBytes = 32 * 1024
/** Of each kind of files in a folder, and of all. */
const [headsPerKind, headsInAll] = [3, 48]
/** So many entries of a folder, and so many folders on the second and on the third level. */
const entriesSeen = 200
const foldersSeen = [1, 200, 60]

/** Files of these kinds may say something of the images beside them. */
export function mayHoldLabels(entry: string): boolean {
  const name = path.posix.basename(entry)
  return (
    /\.(json|jsonl|ndjson|manifest|xml|csv|tsv|txt|ya?ml|parquet|arrow|tfrecords?|names|data|lst|mat)$/i.test(name) &&
    !/^(readme|license|licence|copying|notice|changelog|requirements)\b/i.test(name)
  )
}

/** @throws UserError of the file system */
export async function glimpseOf(place: string): Promise<Glimpse> {
  const name = path.basename(place).toLowerCase()
  try {
    if ((await stat(place)).isDirectory()) {
      const { entries, folders, files } = await entriesOf(place)
      const inside = await beginningsOf(place, files)
      return { name, isFolder: true, head: '', json: undefined, entries, folders, inside, beside: await beside(place) }
    }
    const beginning = await beginningOf(place)
    return { name, isFolder: false, ...beginning, entries: [], folders: new Set(), inside: new Map(), beside: [] }
  } catch (error) {
    throw asUserError(error)
  }
}

/** How a file begins. @throws of the file system */
export async function beginningOf(file: string): Promise<Beginning> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    const head = decodedHead(buffer.subarray(0, bytesRead)).replace(/^\ufeff/, '')
    return { head, json: partialJson(head) }
  } finally {
    await handle.close()
  }
}

/** What is in a folder, and in its folders, as far as it takes to know what it is. */
async function entriesOf(root: string) {
  const entries: string[] = []
  const folders = new Set<string>()
  const files: string[] = []
  let level = ['']
  for (const atMost of foldersSeen) {
    const next: string[] = []
    for (const folder of level.slice(0, atMost)) {
      const found = await readdir(path.join(root, folder), { withFileTypes: true }).catch((error) => {
        if (folder === '') throw error
        return []
      })
      // Among a hundred thousand images, the one file that says what they are.
      const seen = found.filter((entry) => !isPassedOver(entry.name)).sort((a, b) => rank(a.name) - rank(b.name))
      for (const entry of seen.slice(0, entriesSeen)) {
        const relative = folder === '' ? entry.name : `${folder}/${entry.name}`
        entries.push(relative.toLowerCase())
        if (entry.isDirectory()) {
          folders.add(relative.toLowerCase())
          next.push(relative)
        } else if (mayHoldLabels(entry.name)) files.push(relative)
      }
    }
    level = next
  }
  return { entries: entries.sort(), folders, files }
}

function rank(name: string): number {
  return hasImageName(name) ? 1 : 0
}

async function beginningsOf(
  root: string,
  files: readonly string[],
): Promise<Map<string, Beginning & { name: string }>> {
  const beginnings = new Map<string, Beginning & { name: string }>()
  const counts = new Map<string, number>()
  for (const file of files) {
    const kind = `${path.posix.dirname(file)} ${path.posix.extname(file)}`.toLowerCase()
    const count = counts.get(kind) ?? 0
    if (count >= headsPerKind || beginnings.size >= headsInAll) continue
    counts.set(kind, count + 1)
    const beginning = await beginningOf(path.join(root, file)).catch(() => undefined)
    if (beginning) beginnings.set(file.toLowerCase(), { ...beginning, name: file })
  }
  return beginnings
}

async function beside(place: string): Promise<string[]> {
  const entries = await readdir(path.dirname(path.resolve(place)), { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && !isPassedOver(entry.name) && mayHoldLabels(entry.name))
    .map(({ name }) => name.toLowerCase())
    .slice(0, entriesSeen)
}
