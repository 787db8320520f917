import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { asUserError, cancelled, UserError } from '../../base/errors.ts'
import type { ReadOptions } from '../formats/format.ts'
import { asUtf8, decodedHead, encodingOf } from './encoding.ts'
import { columnKey } from './table/columns.ts'
import { type Layout, parserOptions } from './table/layout.ts'

export { columnKey }

/** How the file is to be read, where that is known. */
export interface CsvLayout extends Layout {
  /** By its usual name; what the file's first bytes say if left out. */
  encoding?: string
}

/** A line longer than this is none that a person or a program meant. */
const recordBytes = 1024 * 1024

/**
 * Tells of every line of a CSV file: comma, semicolon or tab, or as the layout says; UTF-8 or UTF-16, with or without a byte order mark;
 * any kind of line end. Empty lines are passed over.
 * @throws UserError `not-csv`, `not-utf8`, `cancelled`, those of the file system, and what `visit` throws
 */
export async function readCsvRecords(
  file: string,
  { signal, onProgress }: ReadOptions,
  visit: (record: string[], line: number) => void,
  layout?: CsvLayout,
): Promise<void> {
  const encoding = layout?.encoding ?? (await encodingOf(file).catch(() => undefined)) ?? 'utf-8'
  try {
    const { size } = await stat(file)
    const delimiter = layout?.delimiter ?? (await sniffDelimiter(file, encoding))
    const isUtf8 = /^utf-?8$/i.test(encoding)
    let isKnownUtf8 = !isUtf8
    const parser = parse({
      bom: true,
      delimiter,
      info: true,
      ...parserOptions,
      from_line: (layout?.skip ?? 0) + 1,
      max_record_size: recordBytes,
    })
    let bytes = 0
    const count = (read: number) => {
      bytes += read
    }
    const input: Readable = isUtf8 ? createReadStream(file) : Readable.from(asUtf8(file, encoding, count))
    if (isUtf8) input.on('data', (chunk: Buffer) => count(chunk.length))
    input.on('error', (error) => parser.destroy(error))
    input.pipe(parser)
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (!isKnownUtf8 && record.some((cell) => cell.includes('\ufffd'))) {
        await checkUtf8(file, info.lines)
        isKnownUtf8 = true
      }
      visit(layout?.squeeze ? record.filter((cell) => cell !== '') : record, info.lines)
      if (info.records % 1000 !== 0) continue
      if (signal?.aborted) {
        input.destroy()
        throw cancelled('The import')
      }
      onProgress?.(size === 0 ? 1 : Math.min(1, bytes / size))
    }
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new UserError('encoding-wrong', `The file isn’t ${encoding}: ${file}`, 'Choose another encoding.')
    }
    throw error instanceof CsvError ? faultOf(error, file) : asUserError(error)
  }
}

/** The parser puts U+FFFD where bytes are no UTF-8; a name may hold that character, too: the bytes tell which it was. */
async function checkUtf8(file: string, line: number): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of createReadStream(file)) decoder.decode(chunk, { stream: true })
    decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UserError(
      'not-utf8',
      `The file isn’t UTF-8 (line ${line}): ${file}`,
      'Save it as “CSV UTF-8”, or name its encoding (encoding), such as gbk or windows-1252.',
    )
  }
}

function faultOf(error: CsvError, file: string): UserError {
  const line = 'lines' in error ? ` (line ${error.lines})` : ''
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new UserError(
      'not-csv',
      `A line of the file is too long${line}: ${file}`,
      'A quotation mark may be missing before it.',
    )
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return new UserError(
      'not-csv',
      `A quotation mark isn’t closed${line}: ${file}`,
      'Close it, or double it if it is part of a name.',
    )
  }
  return new UserError('not-csv', `The file can’t be read as CSV${line}: ${file}`, error.message)
}

/** The character that separates the columns of the first line. */
async function sniffDelimiter(file: string, encoding: string): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0)
    return delimiterIn(decodedHead(buffer.subarray(0, bytesRead), encoding))
  } finally {
    await handle.close()
  }
}

function firstLine(head: string): string {
  const lines = head.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
  return lines.find((text) => text.trim() !== '') ?? ''
}

function delimiterIn(head: string): string {
  // What stands in quotation marks separates nothing.
  const line = firstLine(head).replace(/"(?:[^"]|"")*"/g, '')
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }))
  return counts.toSorted((a, b) => b.count - a.count)[0].delimiter
}

/** The columns that the beginning of a file names, as they are compared: to find out what it is. */
export function columnsIn(head: string): string[] {
  return firstLine(head).split(delimiterIn(head)).map(columnKey)
}
