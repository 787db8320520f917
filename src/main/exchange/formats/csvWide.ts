import { shortened, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { ValueWords, valueSettings } from '../read/csvValues.ts'
import { columnKey, isMetadataColumn, looksLikeImage } from '../read/table/columns.ts'
import { encodingSetting, readTable } from '../read/table/readTable.ts'
import type { TableSurvey } from '../read/table/survey.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { csvLine, delimiterOf, neutralised, restored } from '../write/csvCells.ts'
import { exportFile } from '../write/exportWalk.ts'
import { cellOf } from './csv.ts'
import type { Format, ReadOptions } from './format.ts'
import { answerTo, type Setting, wordsOf } from './settings.ts'
import { tableEvidence } from './tables/recognise.ts'
import { imageSetting } from './tables/tagsReader.ts'

const ignored: Setting = {
  id: 'ignore',
  on: 'read',
  title: 'Columns that aren’t labels',
  hint: 'Separated by commas.',
  usual: '',
}
const chosen: Setting = {
  id: 'labels',
  on: 'read',
  title: 'Columns that are labels',
  hint: 'Separated by commas. If empty: all but the images’, and those that look like facts about an image (width, fold, score).',
  usual: '',
}
const values: Setting = {
  id: 'values',
  on: 'write',
  title: 'Present, absent, unknown are',
  hint: 'The program that reads the file must use the same.',
  choices: [
    { value: '1-0-empty', title: '1, 0, empty' },
    { value: '1-minus-0', title: '1, −1, 0' },
    { value: 'true-false-empty', title: 'true, false, empty' },
  ],
  usual: '1-0-empty',
}
const words: Record<string, readonly [present: string, absent: string, unknown: string]> = {
  '1-0-empty': ['1', '0', ''],
  '1-minus-0': ['1', '-1', '0'],
  'true-false-empty': ['true', 'false', ''],
}

/** One line an image, one column a label. */
export const csvWide: Format = {
  id: 'csv-wide',
  title: 'CSV: one column a label',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'An empty cell is unknown; if no cell says absent, you’re asked. If a file also has −1, you’re asked what 0 means.',
  checked: 'round trip; a reader in Python',
  extensions: ['.csv', '.tsv'],
  reads: 'file',
  writes: 'file',
  settings: [imageSetting, chosen, ignored, ...valueSettings, encodingSetting, values],
  recognises: (glimpse) => tableEvidence(glimpse, 'csv-wide'),
  read: readWide,
  write: writeWide,
}

function writeWide(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  return exportFile(csvWide, source, target, options, async (out, walk, file) => {
    const delimiter = delimiterOf(file)
    const [present, absent, unknown] = words[answerTo(values, options.settings)]
    // Columns are told apart by their names alone: one that is called like the images' column is no trouble, it comes later.
    const names = source.labels.map(({ name }) => neutralised(name))
    const header = csvLine(['image', ...names], delimiter)
    // Other programs' columns of such a name are no labels: quotation marks tell that these are.
    out.write(names.some((name) => isMetadataColumn(name, true)) ? header.replace('image', '"image"') : header)
    for await (const { image, states } of walk.images()) {
      let line = csvLine([cellOf(walk, image.path)], delimiter).slice(0, -1)
      for (const { id } of source.labels) {
        const state = states.get(id)?.state
        line += delimiter + (state === undefined ? unknown : state === State.present ? present : absent)
      }
      if (out.write(`${line}\n`)) await out.flush()
    }
  })
}

/** @throws UserError `not-csv`, `not-utf8`, `values-ambiguous`, `cancelled`, and those of the file system */
async function readWide(file: string, options: ReadOptions): Promise<Collected> {
  const reader = new WideReader(file, options)
  const image = answerTo(imageSetting, options.settings)
  await readTable(file, options, { image }, (survey) => {
    reader.begin(survey)
    return (record, line) => reader.record(record, line)
  })
  return reader.finish()
}

interface Column {
  place: number
  name: string
  /** Of the label, made with its first value. */
  label: number
  wrong: number
  /** Images of which it says something that isn't understood. */
  open: number[]
}

class WideReader {
  readonly #file: string
  readonly #options: ReadOptions
  readonly #words: ValueWords
  readonly #collected = new Collected()
  #imagePlace = -1
  #columns: Column[] = []
  #cells = 0
  #hasAbsent = false

  constructor(file: string, options: ReadOptions) {
    this.#file = file
    this.#options = options
    this.#words = new ValueWords(file, options.settings)
  }

  record(record: string[], line: number): void {
    const collected = this.#collected
    const path = restored(record[this.#imagePlace] ?? '')
    if (path === '') {
      collected.problems.add('line-incomplete', 'Lines without an image: left out', `line ${line}`)
      return
    }
    const image = collected.imageOf(path, { stem: !looksLikeImage(path) })
    for (const column of this.#columns) {
      const cell = record[column.place] ?? ''
      if (cell === '' || cell.trim() === '') continue
      const state = this.#words.stateOf(cell)
      if (state === undefined) {
        column.wrong++
        collected.problems.add(
          'value-unknown',
          'Values other than present, absent or unknown: left out',
          () => `line ${line}, ${column.name}: ${shortened(cell, 60)}`,
        )
        column.open.push(image)
        continue
      }
      if (column.label < 0) column.label = collected.labelOf(column.name)
      if (state === State.absent) this.#hasAbsent = true
      collected.states.push(image, column.label, state)
    }
    if (record.length > this.#cells) {
      collected.problems.add(
        'line-too-long',
        'Lines with more cells than the first: extra cells left out',
        `line ${line}`,
      )
    }
  }

  finish(): Collected {
    const collected = this.#collected
    for (const [order, { name, label, wrong, open }] of this.#columns.entries()) {
      if (label < 0 && wrong > 0) {
        const message = 'Columns where no cell says present or absent: not treated as labels, left out'
        collected.problems.add('column-left-out', message, name)
        continue
      }
      // The order of the columns, whichever has had a value first.
      const index = collected.labelOf(name)
      collected.labels[index]!.order ??= order
      for (const image of open) collected.states.push(image, index, State.unknown)
    }
    collected.asksForRest = !this.#hasAbsent
    return collected
  }

  begin({ columns, image, hasHeader, onlyLabels }: TableSurvey): void {
    if (columns.length === 0) throw this.#notCsv('The file is empty')
    const told = shortened(columns.map(({ name }) => name).join(','), 100)
    if (!hasHeader) throw this.#notCsv('The first line must name the columns, and it is an image')
    if (!image) throw this.#notCsv(`The first line must name a column of images; it is: ${told}`)
    this.#imagePlace = image.place
    this.#cells = columns.length
    const leftOut = new Set(wordsOf(answerTo(ignored, this.#options.settings)))
    const wanted = new Set(wordsOf(answerTo(chosen, this.#options.settings)))
    for (const name of wanted) {
      if (columns.some((column) => columnKey(restored(column.name)) === name)) continue
      throw this.#notCsv(`There is no column “${shortened(name, 60)}”; the columns are: ${told}`)
    }
    for (const column of columns) {
      const name = restored(column.name)
      const key = columnKey(name)
      if (column === image || key === '' || leftOut.has(key) || (wanted.size > 0 && !wanted.has(key))) continue
      if (column.isMetadata && wanted.size === 0 && !onlyLabels) {
        const message = 'Columns that look like facts about an image, not labels: left out unless you choose them'
        this.#collected.problems.add('column-metadata', message, name)
        continue
      }
      this.#columns.push({ place: column.place, name, label: -1, wrong: 0, open: [] })
    }
    if (this.#columns.length === 0) throw this.#notCsv('The first line names no label')
  }

  #notCsv(reason: string): UserError {
    return new UserError(
      'not-csv',
      `${reason}: ${this.#file}`,
      'Write a first line with a column “image” and one for each label.',
    )
  }
}
