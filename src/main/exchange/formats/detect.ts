import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import type { Collected } from '../read/collected.ts'
import { type Glimpse, glimpseOf } from '../read/glimpse.ts'
import { isObject } from '../read/jsonValues.ts'
import { addShorterPaths } from '../read/shorterPaths.ts'
import { foreign } from './foreign.ts'
import type { Evidence, Format, ReadOptions } from './format.ts'
import { formats } from './list.ts'

/** What a file or a folder was taken for, and why. */
export interface Detected {
  format: Format
  /** Completes “because”. */
  because: string
  /** Titles of formats for which less speaks. */
  others: string[]
  /** Files in the folder that may hold labels, and aren't read. */
  ignored: string[]
  /** The file in the folder that is read, or the place itself. Absolute if the place is. */
  place: string
}

interface Candidate {
  title: string
  format?: Format
  evidence: Evidence
  place: string
  /** What to do with what can't be read. */
  hint?: string
}

const ignoredShown = 20

/**
 * The format that a file or a folder to be imported has: that for which most speaks.
 * @throws UserError `format-unknown`, `format-unclear` where as much speaks for two, `format-foreign` for what another program has to
 * export anew; and those of the file system
 */
export async function detect(place: string): Promise<Detected> {
  const glimpse = await glimpseOf(place)
  const candidates = [...candidatesOf(glimpse, place), ...(glimpse.isFolder ? await candidatesIn(glimpse, place) : [])]
  const best = Math.max(...candidates.map(({ evidence }) => evidence.score))
  const winners = candidates.filter(({ evidence }) => evidence.score === best)
  const ours = winners.filter(({ format }) => format)
  const kind = glimpse.isFolder ? 'folder' : 'file'
  if (winners.length === 0) {
    throw new UserError(
      'format-unknown',
      `Which format is this ${kind}? ${[insideOf(glimpse), place].filter(Boolean).join(' ')}`,
      'If you know its format, choose that. Otherwise save the labels as COCO, or as CSV with a column of images and one of labels.',
    )
  }
  if (ours.length > 1) throw unclear(ours, kind, place)
  const { format, evidence, title, hint, place: found } = ours[0] ?? winners[0]
  if (!format) throw new UserError('format-foreign', `This is ${title}: ${place}`, hint)
  return {
    format,
    because: evidence.because,
    others: [...new Set(candidates.flatMap((one) => (one.format && one.format !== format ? [one.title] : [])))],
    ignored: evidence.reads
      ? [...glimpse.inside.keys()].filter((entry) => !evidence.reads!(entry)).slice(0, ignoredShown)
      : [],
    place: found,
  }
}

function unclear(candidates: readonly Candidate[], kind: string, place: string): UserError {
  const reasons = candidates.map(({ title, evidence }) => `${title} (${evidence.because})`)
  const ids = [...new Set(candidates.map(({ format }) => format!.id))]
  return new UserError(
    'format-unclear',
    `This ${kind} could be ${reasons.join(' or ')}: ${place}`,
    ids.length > 1 ? `Name the format: ${ids.join(' or ')}.` : 'Choose one of these files.',
  )
}

/** The same, without the reasons. @throws UserError as `detect` */
export async function formatOf(place: string): Promise<Format> {
  return (await detect(place)).format
}

/**
 * Reads what is there; images that lie in the folder can be known by their content.
 * @param file in it, if that alone is read
 * @throws UserError of the format and of the file system
 */
export async function readLabels(
  format: Format,
  place: string,
  options: ReadOptions,
  file: string = place,
): Promise<Collected> {
  const collected = await format.read!(file, options)
  addShorterPaths(collected)
  collected.place = place
  return collected
}

/** The files that lie in a folder beside its images, each for itself: half as much as if the whole folder were of a format. */
async function candidatesIn(folder: Glimpse, root: string): Promise<Candidate[]> {
  const found: Candidate[] = []
  for (const [entry, beginning] of folder.inside) {
    if (entry.includes('/') && !isMeant(entry, folder)) continue
    const { head, json } = beginning
    const glimpse = { ...folder, name: entry, isFolder: false, head, json, entries: [], folders: noFolders }
    for (const { evidence, ...candidate } of candidatesOf(glimpse, path.join(root, beginning.name))) {
      if (!candidate.format) continue
      const because = `of its file ${entry}: ${evidence.because}`
      const reads = (other: string) => other === entry
      found.push({ ...candidate, evidence: { score: evidence.score - 0.5, because, reads } })
    }
  }
  return found
}

/** Below the root, only what is called as it is everywhere: a CSV of metadata below train, the lists of Open Images. */
function isMeant(entry: string, { inside }: Glimpse): boolean {
  if (/\/metadata\.csv$|imagelabels[^/]*\.csv$/.test(entry)) return true
  return (
    /annotations-bbox\.csv$/.test(entry) && ![...inside.keys()].some((other) => /imagelabels[^/]*\.csv$/.test(other))
  )
}

const noFolders: ReadonlySet<string> = new Set()

function candidatesOf(glimpse: Glimpse, place: string): Candidate[] {
  const found: Candidate[] = []
  for (const format of formats) {
    const evidence = format.read && format.recognises?.(glimpse)
    if (evidence) found.push({ title: format.title, format, evidence, place })
  }
  for (const { title, hint, recognises } of foreign) {
    const evidence = recognises(glimpse)
    if (evidence) found.push({ title, hint, evidence, place })
  }
  return found
}

/** What would help to know it by. */
function insideOf({ isFolder, entries, json }: Glimpse): string {
  if (isFolder && entries.length === 0) return 'It is empty:'
  const first = Array.isArray(json) ? json[0] : json
  if (!isObject(first)) return ''
  const keys = Object.keys(first).slice(0, 6)
  return keys.length === 0 ? '' : `Its ${Array.isArray(json) ? 'entries have' : 'keys are'} ${keys.join(', ')}:`
}
