import { parse } from 'csv-parse/sync'
import { isImageColumn, looksLikeImage } from './columns.ts'

/** How a text is cut into records. */
export interface Layout {
  delimiter: string
  /** Lines before the first record: comments, `sep=;`, how many records there are. */
  skip: number
  /** Several blanks are one delimiter. */
  squeeze: boolean
}

const delimiters = [',', ';', '\t', '|']
/** So many lines say what separates the cells. */
const linesLookedAt = 60

/** @param head the beginning of the text, without a byte order mark */
export function layoutOf(head: string): Layout {
  const lines = head.split(/\r\n|\r|\n/)
  let skip = 0
  const named = /^"?sep=(.)"?[;,\t]*$/i.exec(lines[0])
  if (named) skip++
  while (skip < lines.length && (lines[skip].trim() === '' || isComment(lines, skip))) skip++
  // CelebA and its like: how many there are, then names, then a line each.
  if (/^\s*\d+\s*$/.test(lines[skip] ?? '') && isSpaced(lines, skip + 1)) {
    return { delimiter: ' ', skip: skip + 1, squeeze: true }
  }
  const delimiter = named?.[1] ?? delimiterIn(lines.slice(skip, skip + linesLookedAt))
  return { delimiter, skip, squeeze: false }
}

/** A line with # is the header if what follows has as many cells, and an image column is named. */
function isComment(lines: readonly string[], at: number): boolean {
  if (!lines[at].startsWith('#')) return false
  const next = lines.slice(at + 1).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  const delimiter = delimiterIn([next])
  const cells = lines[at].slice(1).split(delimiter)
  // A file name may begin with #, too.
  if (cells.length > 1 && cells.some(looksLikeImage)) return false
  return !(
    cells.length > 1 &&
    cells.length === next.split(delimiter).length &&
    cells.some((cell) => isImageColumn(cell))
  )
}

/** Names, and lines with one cell more: the image. */
function isSpaced(lines: readonly string[], at: number): boolean {
  const [names, first] = [cellsBetweenBlanks(lines[at] ?? ''), cellsBetweenBlanks(lines[at + 1] ?? '')]
  return first.length > 1 && (names.length === first.length - 1 || names.length === first.length)
}

export function cellsBetweenBlanks(line: string): string[] {
  return line.split(/[ \t]/).filter((cell) => cell !== '')
}

/** What cuts the lines into as many cells as the first has; of several, what cuts it into most. */
function delimiterIn(lines: readonly string[]): string {
  const text = lines.join('\n')
  let best = { delimiter: ',', even: 0, columns: 1 }
  for (const delimiter of delimiters) {
    const records = recordsIn(text, { delimiter, skip: 0, squeeze: false })
    const columns = records[0]?.length ?? 0
    if (columns < 2) continue
    const even = records.filter((record) => record.length === columns).length / records.length
    const isBetter = even > best.even + 0.2 || (even > best.even - 0.2 && columns > best.columns)
    if (best.even === 0 || isBetter) best = { delimiter, even, columns }
  }
  return best.delimiter
}

/** The records at the beginning of a text; a last one that may be cut off is left out. */
export function recordsIn(head: string, { delimiter, skip, squeeze }: Layout, isWhole = true): string[][] {
  const end = isWhole ? head.length : Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) + 1
  let start = 0
  for (let line = 0; line < skip; line++) start = afterLine(head, start)
  const text = head.slice(start, end)
  try {
    const records: string[][] = parse(text, { ...parserOptions, delimiter })
    return squeeze ? records.map((record) => record.filter((cell) => cell !== '')) : records
  } catch {
    // A quotation mark is open where the head ends. Each time half as much: a mark that is never closed mustn't take the square.
    const shorter = text.slice(0, text.lastIndexOf('\n', text.length / 2) + 1)
    return shorter === '' || shorter.length >= text.length ? [] : recordsIn(shorter, { delimiter, skip: 0, squeeze })
  }
}

export const parserOptions = {
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
}

function afterLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\n') return at + 1
    if (text[at] === '\r') return text[at + 1] === '\n' ? at + 2 : at + 1
  }
  return text.length
}

/** Whether the first record names the columns: no cell of it is the name of an image. */
export function hasHeader([first]: readonly string[][]): boolean {
  return first !== undefined && !first.some(looksLikeImage)
}
