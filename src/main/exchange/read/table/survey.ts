import { ValueWords } from '../csvValues.ts'
import { decodedHead, encodingIn } from '../encoding.ts'
import {
  columnKey,
  imageRank,
  isMetadataColumn,
  isScoreColumn,
  isTagColumn,
  isValueColumn,
  looksLikeImage,
} from './columns.ts'
import { hasHeader, type Layout, layoutOf, recordsIn } from './layout.ts'

/** A column of a table, as far as the records that were looked at tell. */
export interface TableColumn {
  place: number
  /** As it is written; “column 3” where the table has no first line with names. */
  name: string
  /** Nothing in it; states (1, 0, yes, absent); other numbers; anything else. */
  holds: 'nothing' | 'states' | 'numbers' | 'text'
  /** A fact about the image by its name, or a number for each row. */
  isMetadata: boolean
}

export interface TableSurvey {
  layout: Layout
  hasHeader: boolean
  columns: TableColumn[]
  /** The column with the images; undefined where none can be told. */
  image: TableColumn | undefined
  /** The column with names of labels. */
  tags: TableColumn | undefined
  /** Further columns with a label each: in a table without a header, whose lines have one cell for each label. */
  moreTags: TableColumn[]
  value: TableColumn | undefined
  /** What a model says of the row's labels. */
  score: TableColumn | undefined
  /** Columns that are labels themselves. */
  states: TableColumn[]
  /** Surmise wrote it: all columns but the first are labels, whatever their names. */
  onlyLabels: boolean
  /** An image has several rows. */
  isLong: boolean
  /** What was looked at, without the header. */
  records: string[][]
}

export interface SurveyChoices {
  /** The name of the column with the images. */
  image?: string
  /** The name of the column with the tags. */
  tags?: string
}

/** @param head the beginning of a text, or all of it */
export function surveyTable(head: string, isWhole: boolean, choices: SurveyChoices = {}): TableSurvey {
  const layout = layoutOf(head)
  const all = recordsIn(head, layout, isWhole)
  const named = hasHeader(all)
  const records = named ? all.slice(1) : all
  const widest = Math.max(0, ...records.slice(0, 50).map((record) => record.length))
  const header = named ? headerOf(all[0], widest) : Array.from({ length: widest }, (_, at) => `column ${at + 1}`)
  const columns = header.map((name, place) => columnOf(place, name, records))
  const image = imageColumn(columns, records, choices.image)
  const others = columns.filter((column) => column !== image)
  const listed = named || !image ? [] : labelCells(others, image, records)
  const tags = tagColumn(others, named, choices.tags) ?? listed[0]
  const value = others.find(
    ({ name, holds }) => isValueColumn(name) && (holds === 'states' || columnKey(name) === 'value'),
  )
  return {
    ...{ layout, hasHeader: named, columns, image, tags, records },
    moreTags: tags && tags === listed[0] ? listed.slice(1) : [],
    value:
      tags && (value ?? (named || others.length !== 2 ? undefined : others.find(({ holds }) => holds === 'states'))),
    score: tags && others.find(({ name, holds }) => isScoreColumn(name) && holds !== 'text'),
    states: others.filter(({ holds, isMetadata }) => holds === 'states' && !isMetadata),
    onlyLabels: isMarked(head),
    isLong: image !== undefined && isLong(records, image.place),
  }
}

/** Only the first cell is in quotation marks without need. Programs that quote, quote every name. */
function isMarked(head: string): boolean {
  const [, rest] = /^"image"[,\t;]([^\r\n]*)/.exec(head) ?? []
  return rest !== undefined && /(^|[,\t;])[^",\t;]+($|[,\t;])/.test(rest)
}

/** Of the first bytes of a file. */
export function surveyBytes(
  bytes: Uint8Array,
  isWhole: boolean,
  choices?: SurveyChoices,
  encoding?: string,
): TableSurvey {
  return surveyTable(
    decodedHead(bytes, encoding ?? encodingIn(bytes) ?? 'utf-8').replace(/^\ufeff/, ''),
    isWhole,
    choices,
  )
}

/** R and CelebA leave out the name of the first column. */
export function headerOf(first: readonly string[], widest: number): string[] {
  const names = first.map((name, place) => (place === 0 ? name.replace(/^#\s*/, '') : name))
  return first.length === widest - 1 &&
    !first.some((name) => imageRank(name) !== undefined && columnKey(name) !== 'name')
    ? ['image', ...names]
    : names
}

function columnOf(place: number, name: string, records: readonly string[][]): TableColumn {
  const cells = records.map((record) => record[place]?.trim() ?? '').filter((cell) => cell !== '')
  const words = new ValueWords('', { numbers: 'minus-absent' })
  const holds =
    cells.length === 0
      ? 'nothing'
      : cells.every((cell) => words.stateOf(cell) !== undefined)
        ? 'states'
        : cells.every((cell) => Number.isFinite(Number(cell)))
          ? 'numbers'
          : 'text'
  return { place, name, holds, isMetadata: isMetadataColumn(name, holds === 'states') || isCounter(cells) }
}

/** 0, 1, 2, … or 1, 2, 3, …: what numbers the rows. */
function isCounter(cells: readonly string[]): boolean {
  if (cells.length < 3) return false
  const start = Number(cells[0])
  return (start === 0 || start === 1) && cells.every((cell, at) => cell === String(start + at))
}

function imageColumn(
  columns: readonly TableColumn[],
  records: readonly string[][],
  asked: string | undefined,
): TableColumn | undefined {
  if (asked !== undefined && asked !== '') return columns.find(({ name }) => columnKey(name) === columnKey(asked))
  const shareOf = ({ place }: TableColumn) => {
    const cells = records.map((record) => record[place] ?? '').filter((cell) => cell.trim() !== '')
    return cells.length === 0 ? 0 : cells.filter(looksLikeImage).length / cells.length
  }
  const ranked = columns.map((column) => ({ column, rank: imageRank(column.name), share: shareOf(column) }))
  const named = ranked.filter(({ rank }) => rank !== undefined).sort((a, b) => a.rank! - b.rank!)
  const pictured = ranked.filter(({ share }) => share >= 0.8)
  const best =
    named.find(({ share }) => share >= 0.8) ??
    pictured[0] ??
    // A number for each row names no image where something else may.
    named.find(({ column }) => !isCounter(records.map((record) => record[column.place] ?? ''))) ??
    named[0]
  return best?.column
}

function tagColumn(others: readonly TableColumn[], named: boolean, asked: string | undefined): TableColumn | undefined {
  if (asked !== undefined && asked !== '') return others.find(({ name }) => columnKey(name) === columnKey(asked))
  if (named) {
    const byName = others.filter(({ name }) => isTagColumn(name))
    return byName.find(({ holds }) => holds === 'text') ?? byName.find(({ holds }) => holds !== 'nothing') ?? byName[0]
  }
  const texts = others.filter(({ holds }) => holds === 'text')
  return texts.length === 1 ? texts[0] : undefined
}

/** What part of a data set a line of Google's is for. */
const usages = new Set(['train', 'training', 'validation', 'validate', 'test', 'unassigned'])

/** Google's tables: [training,]gs://bucket/a.jpg,dog,cat. Each line is as long as its labels are many. */
function labelCells(others: readonly TableColumn[], image: TableColumn, records: readonly string[][]): TableColumn[] {
  const before = others.filter(({ place }) => place < image.place)
  const cellsOf = ({ place }: TableColumn) => records.map((record) => record[place]?.trim() ?? '')
  const isUsage = (column: TableColumn) => cellsOf(column).every((cell) => usages.has(cell.toLowerCase()))
  if (before.length > 1 || !before.every(isUsage)) return []
  const after = others.filter(({ place }) => place > image.place)
  const isGoogles = before.length > 0 || cellsOf(image).every((cell) => cell.startsWith('gs://'))
  const isRagged = records.some((record) => record.length !== records[0].length)
  if (!isGoogles && !isRagged) return []
  const texts = after.filter(({ holds }) => holds === 'text')
  // The first label, and then the corners of a box.
  if (after.length > 0 && texts.length === 1 && texts[0] === after[0]) return texts
  return texts.length === after.length ? texts : []
}

function isLong(records: readonly string[][], place: number): boolean {
  const seen = new Set<string>()
  for (const record of records) {
    const cell = record[place] ?? ''
    if (cell !== '' && seen.has(cell)) return true
    seen.add(cell)
  }
  return false
}
