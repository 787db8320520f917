import { stat } from 'node:fs/promises'
import { shortened, UserError } from '../../../base/errors.ts'
import { State } from '../../../domain/state.ts'
import { Collected } from '../../read/collected.ts'
import { readCsvRecords } from '../../read/csvRecords.ts'
import { columnKey, looksLikeImage } from '../../read/table/columns.ts'
import { encodingSetting, readTable } from '../../read/table/readTable.ts'
import { type Separator, separatorOf, tagsIn, UnclearSeparator } from '../../read/table/separators.ts'
import type { TableColumn, TableSurvey } from '../../read/table/survey.ts'
import { restored } from '../../write/csvCells.ts'
import type { ReadOptions } from '../format.ts'
import { answerTo, type Setting, wordsOf } from '../settings.ts'

export const separatorSetting: Setting = {
  id: 'separator',
  on: 'read',
  title: 'Tag separator',
  hint: 'Detected as the one that makes labels repeat. If a file has several lines per image, each holds one label.',
  choices: [
    { value: 'auto', title: 'found automatically' },
    { value: 'none', title: 'none: a cell is one label' },
    { value: 'space', title: 'a space' },
    { value: 'comma', title: 'a comma' },
    { value: 'comma-space', title: 'a comma and a space' },
    { value: 'tight-comma', title: 'a comma without a space' },
    { value: 'semicolon', title: 'a semicolon' },
    { value: 'bar', title: 'a vertical bar' },
    { value: 'line', title: 'a line break' },
    { value: 'list', title: 'a list, as in Python and JSON' },
  ],
  usual: 'auto',
}
export const imageSetting: Setting = {
  id: 'image',
  on: 'read',
  title: 'Image column',
  hint: 'Its name in the first line. If empty: the one with names of images.',
  usual: '',
}
const tagsSetting: Setting = {
  id: 'tags',
  on: 'read',
  title: 'Label column',
  hint: 'Its name in the first line. If empty: the one called tags, labels, class and the like.',
  usual: '',
}
const noneSetting: Setting = {
  id: 'none',
  on: 'read',
  title: 'Words for no label at all',
  hint: 'Separated by commas.',
  usual: 'No Finding, No findings, no label, no labels, no_label',
}

export const tagsSettings: readonly Setting[] = [
  ...[separatorSetting, imageSetting, tagsSetting, noneSetting, encodingSetting],
]

/** What programs write into a cell where there is nothing. */
const missing = new Set(['nan', 'none', 'null', 'n/a', '<na>', 'unlabeled', 'unlabelled', '-'])

/** Whether a cell with this word names no label. */
export function saysNothing(word: string): boolean {
  const key = word.trim().toLowerCase()
  return missing.has(key) || wordsOf(noneSetting.usual).includes(key)
}

/** @throws UserError `not-tags`, `separator-unclear`, and those of `readTable` */
export async function readTags(file: string, namesFile: string, options: ReadOptions): Promise<Collected> {
  const { settings } = options
  const reader = new TagsReader(file, options, await namesBeside(file, namesFile))
  const choices = { image: answerTo(imageSetting, settings), tags: answerTo(tagsSetting, settings) }
  await readTable(file, options, choices, (survey) => reader.begin(survey))
  return reader.collected
}

/** Labels whose names had to be written otherwise, by what was written. */
async function namesBeside(file: string, beside: string): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  if (beside === file || !(await stat(beside).catch(() => undefined))?.isFile()) return names
  let isHeader = true
  await readCsvRecords(beside, {}, ([tag = '', name = '']) => {
    if (!isHeader && tag !== '' && name !== '') names.set(restored(tag), restored(name))
    isHeader = false
  })
  return names
}

class TagsReader {
  readonly collected = new Collected()
  readonly #file: string
  readonly #names: ReadonlyMap<string, string>
  readonly #asked: Separator | 'auto'
  readonly #none: ReadonlySet<string>

  constructor(file: string, { settings }: ReadOptions, names: ReadonlyMap<string, string>) {
    this.#file = file
    this.#names = names
    this.#asked = answerTo(separatorSetting, settings) as Separator | 'auto'
    this.#none = new Set(wordsOf(answerTo(noneSetting, settings)))
    this.collected.asksForRest = true
  }

  begin(survey: TableSurvey): (record: string[], line: number) => void {
    const { image, tags, score, moreTags } = survey
    if (!image || !tags) throw this.#notTags(survey)
    const separator =
      moreTags.length > 0 ? 'none' : this.#asked === 'auto' ? this.#separatorIn(survey, tags) : this.#asked
    if (separator === 'none' && survey.isLong) this.collected.predictions.model = this.#file.split(/[\\/]/).at(-1)!
    const scored =
      score && survey.records.some((record) => isScore(record[score.place]) && Number(record[score.place]) !== 1)
    this.#tellOthers(survey, scored ? score : undefined)
    return (record, line) => {
      const path = restored(record[image.place] ?? '')
      if (path.trim() === '') {
        this.collected.problems.add('line-incomplete', 'Lines without an image: left out', `line ${line}`)
        return
      }
      const probability = scored ? (record[score.place] ?? '') : ''
      this.#record(path, restored(record[tags.place] ?? ''), separator, probability, line)
      if (moreTags.length === 0) return
      for (const cell of record.slice(tags.place + 1)) this.#record(path, restored(cell), separator, probability, line)
    }
  }

  #record(path: string, cell: string, separator: Separator, score: string, line: number): void {
    const { collected } = this
    const { states, predictions, problems } = collected
    const image = collected.imageOf(path, { stem: !looksLikeImage(path) })
    const word = cell.trim().toLowerCase()
    if (word === '' || missing.has(word)) return
    if (this.#none.has(word)) {
      collected.images[image]!.none = true
      problems.add('none-said', 'Cells that say there is no label', () => `line ${line}: ${cell.trim()}`)
      return
    }
    for (const tag of tagsIn(cell, separator)) {
      if (this.#none.has(tag.toLowerCase())) continue
      const label = collected.labelOf(this.#names.get(tag) ?? tag)
      if (score.trim() === '') states.push(image, label, State.present)
      else if (isScore(score)) predictions.push(image, label, Number(score))
      else {
        states.push(image, label, State.unknown)
        problems.add(
          'value-unknown',
          'Scores that aren’t between 0 and 1: left out',
          () => `line ${line}: ${shortened(score, 60)}`,
        )
      }
    }
  }

  /** @throws UserError `separator-unclear` */
  #separatorIn(survey: TableSurvey, tags: TableColumn): Separator {
    const cells = survey.records
      .map((record) => restored(record[tags.place] ?? ''))
      .filter((cell) => !missing.has(cell.trim().toLowerCase()) && !this.#none.has(cell.trim().toLowerCase()))
    const header = survey.columns.map(({ name }) => columnKey(name)).join()
    // Surmise’s own, and Kaggle’s: their names have no blanks.
    const found = separatorOf(cells, survey.isLong, {
      noBlanks: header === 'image_name,tags',
      isOne: !/s$/i.test(tags.name.trim()) || /class$/i.test(tags.name.trim()),
    })
    if (!(found instanceof UnclearSeparator)) return found
    const readings = found.separators.map((one) =>
      tagsIn(found.cell, one)
        .map((tag) => `“${shortened(tag, 40)}”`)
        .join(', '),
    )
    throw new UserError(
      'separator-unclear',
      `“${shortened(found.cell, 80)}” can be read as ${readings[0]} or as ${readings[1]}: ${this.#file}`,
      `Choose the format tags, and set “${separatorSetting.title}” (separator): ${found.separators.join(' or ')}.`,
    )
  }

  /** Columns that aren't read. */
  #tellOthers({ columns, image, tags, moreTags }: TableSurvey, score: TableColumn | undefined): void {
    for (const column of columns) {
      if (
        column === image ||
        column === tags ||
        column === score ||
        moreTags.includes(column) ||
        column.name.trim() === ''
      )
        continue
      this.collected.problems.add('column-passed-over', 'Columns that aren’t labels: left out', column.name)
    }
  }

  #notTags({ columns, image }: TableSurvey): UserError {
    if (columns.length === 0)
      return new UserError('not-tags', `The file is empty: ${this.#file}`, 'Choose another file.')
    const names = shortened(columns.map(({ name }) => name).join(','), 100)
    return new UserError(
      'not-tags',
      `No column ${image ? 'of labels' : 'of images'} can be told; the columns are ${names}: ${this.#file}`,
      'Name it (image, tags), or write image_name,tags in the first line.',
    )
  }
}

function isScore(cell: string | undefined): boolean {
  const text = cell?.trim() ?? ''
  return text !== '' && Number(text) >= 0 && Number(text) <= 1
}
