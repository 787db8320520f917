import { shortened, UserError } from '../../base/errors.ts'
import { State, sideOf } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { ValueWords, valueSettings } from '../read/csvValues.ts'
import { columnKey, looksLikeImage } from '../read/table/columns.ts'
import { encodingSetting, readTable } from '../read/table/readTable.ts'
import type { TableSurvey } from '../read/table/survey.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { csvLine, delimiterOf, neutralised, restored } from '../write/csvCells.ts'
import { type ExportWalk, exportFile } from '../write/exportWalk.ts'
import type { Format, ReadOptions } from './format.ts'
import { answerTo } from './settings.ts'
import { tableEvidence } from './tables/recognise.ts'
import { imageSetting } from './tables/tagsReader.ts'

export const csv: Format = {
  id: 'csv',
  title: 'CSV: image, label, value',
  says: { absent: true, unlabelled: false, provenance: 'none', suggestions: false },
  limits: 'One line per mark. A pair without a line is unknown; if no line says absent, you’re asked.',
  checked: 'round trip; a real COCO file, converted to it and back',
  extensions: ['.csv', '.tsv', '.txt'],
  reads: 'file',
  writes: 'file',
  settings: [imageSetting, ...valueSettings, encodingSetting],
  recognises: (glimpse) => tableEvidence(glimpse, 'csv'),
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
  const image = answerTo(imageSetting, options.settings)
  await readTable(file, options, { image }, (survey) => {
    reader.begin(survey)
    return (record, line) => reader.record(record, line)
  })
  return reader.finish()
}

class CsvReader {
  readonly #file: string
  readonly #words: ValueWords
  readonly #collected = new Collected()
  /** Places of image, label, value in a line. */
  #places: number[] = []
  #hasAbsent = false
  /** What is said of them isn't understood. */
  readonly #open: [image: string, label: string][] = []

  constructor(file: string, { settings }: ReadOptions) {
    this.#file = file
    this.#words = new ValueWords(file, settings)
  }

  record(record: string[], line: number): void {
    const collected = this.#collected
    const [imageCell, label, value] = this.#places.map((place) => record[place] ?? '')
    const image = restored(imageCell)
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
      this.#open.push([image, restored(label)])
      return
    }
    if (state === State.absent) this.#hasAbsent = true
    collected.states.push(this.#image(image), collected.labelOf(restored(label)), state)
  }

  finish(): Collected {
    const known = new Set(this.#collected.images.map((image) => image!.path))
    for (const [image, label] of this.#open) {
      if (known.has(image))
        this.#collected.states.push(this.#image(image), this.#collected.labelOf(label), State.unknown)
    }
    this.#collected.asksForRest = !this.#hasAbsent
    return this.#collected
  }

  #image(path: string): number {
    return this.#collected.imageOf(path, { stem: !looksLikeImage(path) })
  }

  begin({ columns: found, image, tags, value, hasHeader }: TableSurvey): void {
    if (found.length === 0) throw this.#notCsv('The file is empty.')
    // Without a line of names, what the cells hold says which is which.
    const named = columns.map((name) => found.find((column) => columnKey(column.name) === name))
    const [first, second, third] = [named[0] ?? image, named[1] ?? tags, named[2] ?? value]
    if (first && second && third) this.#places = [first.place, second.place, third.place]
    else {
      const told = shortened(found.map(({ name }) => name).join(','), 100)
      throw this.#notCsv(
        `The first line must name the columns image, label and value; it is: ${hasHeader ? told : 'a line of values'}`,
      )
    }
  }

  #notCsv(reason: string): UserError {
    return new UserError(
      'not-csv',
      `${reason.replace(/\.$/, '')}: ${this.#file}`,
      'Write image,label,value in the first line, and present or absent as values.',
    )
  }
}
