import { shortened, UserError } from '../../base/errors.ts'
import { State, sideOf } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { columnKey, columnsIn, readCsvRecords } from '../read/csvRecords.ts'
import { ValueWords, valueSettings } from '../read/csvValues.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { csvLine, delimiterOf, neutralised, restored } from '../write/csvCells.ts'
import { type ExportWalk, exportFile } from '../write/exportWalk.ts'
import { type Format, type ReadOptions, sure } from './format.ts'

export const csv: Format = {
  id: 'csv',
  title: 'CSV: image, label, value',
  says: { absent: true, unlabelled: false, provenance: 'none', suggestions: false },
  limits: 'One line per mark. A pair without a line is unknown; if no line says absent, you’re asked.',
  checked: 'round trip; a real file of COCO by way of it',
  extensions: ['.csv', '.tsv', '.txt'],
  reads: 'file',
  writes: 'file',
  settings: valueSettings,
  recognises: ({ isFolder, head }) =>
    !isFolder && columns.every((column) => columnsIn(head).includes(column))
      ? { score: sure, because: 'its columns are image, label and value' }
      : undefined,
  read: readCsv,
  write: writeCsv,
}

const columns = ['image', 'label', 'value'] as const

/**
 * Writes one line for each known state: image,label,value with value present or absent.
 * @throws UserError of the file system, `cancelled`
 */
function writeCsv(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  return exportFile(csv, source, target, options, async (out, walk, file) => {
    const delimiter = delimiterOf(file)
    const cells = new Map(source.labels.map(({ id, name }) => [id, neutralised(name)]))
    out.write(csvLine(columns, delimiter))
    for await (const { image, states } of walk.images()) {
      const name = cellOf(walk, image.path)
      let full = false
      for (const { id } of source.labels) {
        const state = states.get(id)
        if (!state) continue
        full = out.write(csvLine([name, cells.get(id)!, sideOf(state.state)], delimiter))
      }
      if (full) await out.flush()
    }
  })
}

/** The path of an image as a cell; what a spreadsheet would run is told of. */
export function cellOf({ warnings }: ExportWalk, text: string): string {
  const cell = neutralised(text)
  if (cell !== text) {
    warnings.add('neutralised', 'Names a spreadsheet would run as a formula: written with a leading apostrophe', text)
  }
  return cell
}

/**
 * Reads image,label,value: with a header, in any order of columns. A value is present, absent, or unknown (which says nothing),
 * in the usual words and numbers or in those of the settings.
 * @throws UserError `not-csv`, `not-utf8`, `values-ambiguous`, `cancelled`, and those of the file system
 */
async function readCsv(file: string, options: ReadOptions): Promise<Collected> {
  const reader = new CsvReader(file, options)
  await readCsvRecords(file, options, (record, line) => reader.record(record, line))
  return reader.finish()
}

class CsvReader {
  readonly #file: string
  readonly #words: ValueWords
  readonly #collected = new Collected()
  /** Places of image, label, value in a line. */
  #places: number[] | undefined
  #hasAbsent = false

  constructor(file: string, { settings }: ReadOptions) {
    this.#file = file
    this.#words = new ValueWords(file, settings)
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
    const state = this.#words.stateOf(value)
    if (state === undefined) {
      collected.problems.add(
        'value-unknown',
        'Lines with a value other than present, absent or unknown: left out',
        () => `line ${line}: ${shortened(value, 60)}`,
      )
      // It says something of the label, whatever that is.
      collected.states.push(collected.imageOf(restored(image)), collected.labelOf(restored(label)), State.unknown)
      return
    }
    if (state === State.absent) this.#hasAbsent = true
    collected.states.push(collected.imageOf(restored(image)), collected.labelOf(restored(label)), state)
  }

  finish(): Collected {
    if (!this.#places) throw this.#notCsv('The file is empty.')
    this.#collected.asksForRest = !this.#hasAbsent
    return this.#collected
  }

  #header(record: string[]): number[] {
    const names = record.map(columnKey)
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
