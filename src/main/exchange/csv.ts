import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { CsvError, type Info, parse } from 'csv-parse'
import { asUserError, cancelled, UserError } from '../base/errors.ts'
import { writeAtomically } from '../base/files.ts'
import { Collected } from './collected.ts'
import { csvLine, neutralised, restored } from './csvCells.ts'
import type { Format, ReadOptions } from './formats.ts'
import { type ExportOptions, type ExportReport, type ExportSource, ProblemList, shortened } from './records.ts'
import { TextWriter } from './textWriter.ts'

export const csv: Format = {
  id: 'csv',
  title: 'CSV: image, label, value',
  extensions: ['.csv', '.tsv', '.txt'],
  limits: 'Leaves out images of which nothing is known, and who decided when.',
  read: readCsv,
  write: writeCsv,
}

const columns = ['image', 'label', 'value'] as const
/** A line longer than this is none that a person or a program meant. */
const recordBytes = 1024 * 1024

/**
 * Writes one line for each known state: image,label,value with value present or absent.
 * @throws UserError of the file system, `cancelled`
 */
async function writeCsv(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const file = path.resolve(target)
  const report: ExportReport = {
    files: [file],
    images: 0,
    present: 0,
    absent: 0,
    unreadable: 0,
    suggestions: 0,
    warnings: [],
  }
  const warnings = new ProblemList()
  const places = new Map(source.labels.map(({ id }, index) => [id, index]))
  const cells = source.labels.map(({ name }) => neutralised(name))
  try {
    await writeAtomically(file, async (handle) => {
      const out = new TextWriter(handle)
      out.write(csvLine(columns))
      let done = 0
      for (const readable of [true, false]) {
        for await (const { image, states } of source.images({ readable, states: 'all' })) {
          const name = neutralised(image.path)
          if (name !== image.path) {
            warnings.add(
              'neutralised',
              'Names that a spreadsheet would run as a formula: written with an apostrophe in front',
              image.path,
            )
          }
          let full = false
          for (const { labelId, state } of states.toSorted((a, b) => places.get(a.labelId)! - places.get(b.labelId)!)) {
            full = out.write(csvLine([name, cells[places.get(labelId)!], state === 1 ? 'present' : 'absent']))
            report[state === 1 ? 'present' : 'absent']++
          }
          report[readable ? 'images' : 'unreadable']++
          options.onProgress?.(++done)
          if (!full) continue
          await out.flush()
          if (options.signal?.aborted) throw cancelled('The export')
        }
      }
      await out.end()
    })
  } catch (error) {
    throw asUserError(error)
  }
  report.warnings = warnings.list()
  return report
}

/**
 * Reads image,label,value: with a header, in any order of columns; comma, semicolon or tab; with or without a byte order
 * mark; any kind of line end. A value is present, absent, or unknown (which says nothing).
 * @throws UserError `not-csv`, `not-utf8`, `cancelled`, and those of the file system
 */
async function readCsv(file: string, options: ReadOptions): Promise<Collected> {
  try {
    const { size } = await stat(file)
    const delimiter = await sniffDelimiter(file)
    const reader = new CsvReader(file)
    let isKnownUtf8 = false
    const parser = parse({
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: recordBytes,
    })
    const input = createReadStream(file)
    input.on('error', (error) => parser.destroy(error))
    input.pipe(parser)
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (!isKnownUtf8 && record.some((cell) => cell.includes('\ufffd'))) {
        await checkUtf8(file, info.lines)
        isKnownUtf8 = true
      }
      reader.record(record, info.lines)
      if (info.records % 1000 !== 0) continue
      if (options.signal?.aborted) {
        input.destroy()
        throw cancelled('The import')
      }
      options.onProgress?.(size === 0 ? 1 : input.bytesRead / size)
    }
    return reader.finish()
  } catch (error) {
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
      `The file is not written in UTF-8 (line ${line}): ${file}`,
      'Save it as “CSV UTF-8”.',
    )
  }
}

function faultOf(error: CsvError, file: string): UserError {
  const line = 'lines' in error ? ` (line ${error.lines})` : ''
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new UserError(
      'not-csv',
      `A line of the file is too long${line}: ${file}`,
      'Perhaps a quotation mark is missing before it.',
    )
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return new UserError(
      'not-csv',
      `A quotation mark is not closed${line}: ${file}`,
      'Close it, or double it if it is part of a name.',
    )
  }
  return new UserError('not-csv', `The file can’t be read as CSV${line}: ${file}`, error.message)
}

/** The character that separates the columns of the first line. */
async function sniffDelimiter(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0)
    const head = buffer.subarray(0, bytesRead)
    if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
      throw new UserError('not-utf8', `The file is written in UTF-16: ${file}`, 'Save it as “CSV UTF-8”.')
    }
    const line =
      head
        .toString('utf8')
        .replace(/^\ufeff/, '')
        .split(/\r\n|\r|\n/)
        .find((text) => text.trim() !== '') ?? ''
    const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }))
    return counts.toSorted((a, b) => b.count - a.count)[0].delimiter
  } finally {
    await handle.close()
  }
}

class CsvReader {
  readonly #file: string
  readonly #collected = new Collected()
  /** Places of image, label, value in a line. */
  #places: number[] | undefined
  #hasAbsent = false

  constructor(file: string) {
    this.#file = file
  }

  record(record: string[], line: number): void {
    if (!this.#places) {
      this.#places = this.#header(record)
      return
    }
    const collected = this.#collected
    const [image, label, value] = this.#places.map((place) => record[place] ?? '')
    if (image === '' || label.trim() === '') {
      collected.problems.add(
        'line-incomplete',
        'Lines without an image or a label: left out',
        () => `line ${line}: ${record.join(', ')}`,
      )
      return
    }
    const state = stateOf(value)
    if (state === undefined) {
      collected.problems.add(
        'value-unknown',
        'Lines whose value is neither present nor absent nor unknown: left out',
        () => `line ${line}: ${shortened(value, 60)}`,
      )
      return
    }
    const [path, name] = [restored(image), restored(label)]
    const [imageIndex, labelIndex] = [collected.imageIndex(path), collected.labelIndex(name)]
    collected.images[imageIndex] ??= { path, uid: null, sha256: null }
    collected.labels[labelIndex] ??= { name }
    if (state === -1) this.#hasAbsent = true
    collected.states.push(imageIndex, labelIndex, state)
  }

  finish(): Collected {
    if (!this.#places) throw this.#notCsv('The file is empty.')
    this.#collected.asksForRest = !this.#hasAbsent
    return this.#collected
  }

  #header(record: string[]): number[] {
    const names = record.map((cell) => cell.trim().toLowerCase())
    const places = columns.map((column) => names.indexOf(column))
    if (!places.includes(-1)) return places
    throw this.#notCsv(
      `The first line must name the columns image, label and value; it is: ${shortened(record.join(','), 100)}`,
    )
  }

  #notCsv(reason: string): UserError {
    return new UserError(
      'not-csv',
      `${reason.replace(/\.$/, '')}: ${this.#file}`,
      'Write image,label,value in the first line, and present or absent as values.',
    )
  }
}

function stateOf(value: string): 1 | 0 | -1 | undefined {
  switch (value.trim().toLowerCase()) {
    case 'present':
      return 1
    case 'absent':
      return -1
    case 'unknown':
      return 0
    default:
      return undefined
  }
}
