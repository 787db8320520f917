import { availableParallelism } from 'node:os'
import { throttled } from '../base/throttled.ts'
import { ensureCacheFolder } from './cacheFolder.ts'
import { examine, type ScannedFile } from './examine.ts'
import type { Job } from './job.ts'
import { Rate } from './rate.ts'
import { type KnownFile, type Settled, settle } from './settle.ts'
import { type FoundFile, openRoot, walk } from './walk.ts'

export interface ScanInput {
  /** Absolute. */
  root: string
  known: KnownFile[]
  /** Absolute; thumbnails go there. */
  cacheFolder: string
}

export interface ScanProgress {
  phase: 'finding' | 'reading'
  /** The number of image files found. */
  found: number
  /** How many new or changed files have been read, and how many there are. */
  done: number
  total: number
  perSecond: number
  secondsLeft: number | undefined
  /** Files read since the last report that are certainly new, that is, no known file can have been moved there. */
  added: ScannedFile[]
}

export interface ScanResult extends Settled<ScannedFile> {
  /** False if cancelled: what is reported is correct, but the rest, including all of `missing`, is left to the next scan. */
  complete: boolean
  found: number
  unchanged: number
  /** Known files in folders that can't be listed now, so that they count neither as there nor as missing. */
  unreachable: number[]
  /** The number of symbolic links skipped. */
  links: number
  /** The numbers of images of formats that aren't read, by extension. */
  otherKinds: Record<string, number>
}

/** New files are reported after this many milliseconds, or this many files. */
const reportEvery = 250
const reportAtMost = 256

/**
 * Scans a folder of images: reads what is new or changed (by size and date), makes thumbnails, and finds out what became of every
 * known file.
 *
 * New files are reported as they are read, and can be stored at once. What concerns known files is reported at the end, since it
 * isn't certain before: apply `moved` first (possibly in circles, as when two files swapped names), then `changed`, `added`,
 * `missing`.
 * @throws UserError `images-folder-missing` (also if it vanishes on the way), `images-folder-not-a-folder`, `images-folder-closed`
 */
export async function scan(input: ScanInput, { signal, progress }: Job<ScanProgress> = {}): Promise<ScanResult> {
  const root = await openRoot(input.root)
  await ensureCacheFolder(input.cacheFolder)
  const report: ScanProgress = {
    phase: 'finding',
    found: 0,
    done: 0,
    total: 0,
    perSecond: 0,
    secondsLeft: undefined,
    added: [],
  }
  const result: ScanResult = {
    ...{ moved: [], changed: [], missing: [], added: [] },
    ...{ complete: false, found: 0, unchanged: 0, unreachable: [], links: 0, otherKinds: {} },
  }
  const hand = () => {
    progress?.({ ...report })
    report.added = []
  }
  // What isn't reported by the end is part of the result.
  const tell = throttled(reportEvery, hand, false)

  const walked = await walk(root, signal, (found) => {
    report.found = found
    tell()
  }).catch((error) => {
    if (signal?.aborted) return undefined
    throw error
  })
  if (!walked) return result

  const sorted = sortOut(input.known, walked.files, walked.closedFolders)
  result.found = walked.files.length
  result.links = walked.links
  result.otherKinds = walked.otherKinds
  result.unchanged = sorted.unchanged
  result.unreachable = sorted.unreachable

  // These are settled at the end, since a new file with the same content may be one of them, moved.
  const { open, gone } = sorted
  const openContents = new Set(open.map((one) => one.sha256))
  const openAt = Map.groupBy(open, (one) => one.path)
  const held: ScannedFile[] = []

  Object.assign(report, { phase: 'reading', found: walked.files.length, total: sorted.toRead.length })
  tell(true)
  const rate = new Rate()
  const read = (found: FoundFile) => examine(root, found, input.cacheFolder)
  await inParallel(sorted.toRead, signal, read, (found, file) => {
    if (!file) for (const one of openAt.get(found.path) ?? []) gone.add(one)
    else if (openAt.has(file.path) || openContents.has(file.sha256)) held.push(file)
    else report.added.push(file)
    report.done++
    Object.assign(report, rate.of(report.done, report.total))
    tell(report.added.length >= reportAtMost)
  })
  // If the disk was unplugged, the images must not all become missing.
  await openRoot(input.root)

  result.complete = !signal?.aborted
  const wasRead = new Set(held.map((file) => file.path))
  const settleable = result.complete ? open : open.filter((one) => gone.has(one) || wasRead.has(one.path))
  Object.assign(result, settle(settleable, gone, held))
  const openById = new Map(open.map((one) => [one.id, one]))
  const isAsKnown = ({ id, file }: { id: number; file: ScannedFile }) => {
    const one = openById.get(id)!
    return one.sha256 === file.sha256 && one.status === file.status && isSameDate(one, file)
  }
  result.unchanged += result.changed.filter(isAsKnown).length
  result.changed = result.changed.filter((change) => !isAsKnown(change))
  if (!result.complete) {
    // They may be among the files that weren't read; the next scan will tell.
    result.missing = []
    result.added = []
    result.changed = result.changed.filter(({ id, file }) => file.sha256 === openById.get(id)!.sha256)
  }
  progress?.(report)
  return result
}

function isSameDate(known: KnownFile, found: FoundFile): boolean {
  return known.size === found.size && Math.trunc(known.mtimeMs) === found.mtimeMs
}

/** Compares known files with those found, by path, size and date only. */
function sortOut(known: readonly KnownFile[], files: readonly FoundFile[], closedFolders: readonly string[]) {
  const found = new Map(files.map((file) => [file.path, file]))
  const toRead = new Map(found)
  const unreachable: number[] = []
  /** Known files that aren't simply unchanged. */
  const open: KnownFile[] = []
  const gone = new Set<KnownFile>()
  let unchanged = 0
  for (const one of known) {
    const file = found.get(one.path)
    if (one.status === 'missing') open.push(one)
    else if (!file && closedFolders.some((folder) => one.path.startsWith(`${folder}/`))) unreachable.push(one.id)
    else if (file && one.status === 'ok' && isSameDate(one, file)) {
      unchanged++
      toRead.delete(one.path)
    } else {
      open.push(one)
      if (!file) gone.add(one)
    }
  }
  return { unchanged, unreachable, open, gone, toRead: [...toRead.values()] }
}

/**
 * Works on one file per core, plus one that waits for the disk. When cancelled, no more are started. Results are delivered in the
 * order of the items, so that the same folder always gives the same project, however fast each file was read.
 */
async function inParallel<Item, Result>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
  work: (item: Item) => Promise<Result>,
  take: (item: Item, result: Result) => void,
): Promise<void> {
  let next = 0
  let taken = 0
  let failed = false
  const waiting = new Map<number, Result>()
  const hands = Array.from({ length: availableParallelism() + 1 }, async () => {
    try {
      while (next < items.length && !failed && !signal?.aborted) {
        const at = next++
        waiting.set(at, await work(items[at]))
        for (; waiting.has(taken); taken++) {
          const result = waiting.get(taken) as Result
          waiting.delete(taken)
          take(items[taken], result)
        }
      }
    } catch (error) {
      failed = true
      throw error
    }
  })
  await Promise.all(hands)
}
