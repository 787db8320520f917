import { UserError } from '../../base/errors.ts'
import { type Glimpse, glimpseOf } from '../read/glimpse.ts'
import { isObject } from '../read/jsonValues.ts'
import { foreign } from './foreign.ts'
import type { Evidence, Format } from './format.ts'
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
}

interface Candidate {
  title: string
  format?: Format
  evidence: Evidence
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
  const candidates = candidatesOf(glimpse)
  const best = Math.max(...candidates.map(({ evidence }) => evidence.score))
  const winners = candidates.filter(({ evidence }) => evidence.score === best)
  const ours = winners.filter(({ format }) => format)
  const kind = glimpse.isFolder ? 'folder' : 'file'
  if (winners.length === 0) {
    throw new UserError(
      'format-unknown',
      `Which format is this ${kind}? ${[insideOf(glimpse), place].filter(Boolean).join(' ')}`,
      `Name the format: ${formats
        .filter(({ read }) => read)
        .map(({ id }) => id)
        .join(', ')}.`,
    )
  }
  if (ours.length > 1) {
    const reasons = ours.map(({ title, evidence }) => `${title} (${evidence.because})`)
    throw new UserError(
      'format-unclear',
      `This ${kind} could be ${reasons.join(' or ')}: ${place}`,
      `Name the format: ${ours.map(({ format }) => format!.id).join(' or ')}.`,
    )
  }
  const { format, evidence, title, hint } = ours[0] ?? winners[0]
  if (!format) throw new UserError('format-foreign', `This is ${title}: ${place}`, hint)
  return {
    format,
    because: evidence.because,
    others: candidates.flatMap((one) => (one.format && one.format !== format ? [one.title] : [])),
    ignored: evidence.reads
      ? [...glimpse.inside.keys()].filter((entry) => !evidence.reads!(entry)).slice(0, ignoredShown)
      : [],
  }
}

/** The same, without the reasons. @throws UserError as `detect` */
export async function formatOf(place: string): Promise<Format> {
  return (await detect(place)).format
}

function candidatesOf(glimpse: Glimpse): Candidate[] {
  const found: Candidate[] = []
  for (const format of formats) {
    const evidence = format.read && format.recognises?.(glimpse)
    if (evidence) found.push({ title: format.title, format, evidence })
  }
  for (const { title, hint, recognises } of foreign) {
    const evidence = recognises(glimpse)
    if (evidence) found.push({ title, hint, evidence })
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
