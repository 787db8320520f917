import { stat } from 'node:fs/promises'
import path from 'node:path'
import { shortened, UserError } from '../../base/errors.ts'
import { Collected } from '../read/collected.ts'
import { columnKey, columnsIn, imageColumns, readCsvRecords } from '../read/csvRecords.ts'
import type { ExportOptions, ExportReport, ExportSource, LabelRecord } from '../records.ts'
import { csvLine, delimiterOf, neutralised, restored } from '../write/csvCells.ts'
import { exportFile, writeTextFile } from '../write/exportWalk.ts'
import { cellOf } from './csv.ts'
import { type Format, likely, type ReadOptions } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const separators: Record<string, string> = { space: ' ', comma: ',', semicolon: ';', bar: '|' }
const separator: Setting = {
  id: 'separator',
  on: 'read',
  title: 'Tag separator',
  hint: 'Names with spaces need another separator.',
  choices: [
    { value: 'space', title: 'a space' },
    { value: 'comma', title: 'a comma' },
    { value: 'semicolon', title: 'a semicolon' },
    { value: 'bar', title: 'a vertical bar' },
  ],
  usual: 'space',
}
const separatorOut: Setting = { ...separator, on: 'write', hint: 'In names that contain it, “_” is written instead.' }

const tagColumns = ['tags', 'tag', 'labels', 'label', 'classes', 'class', 'target', 'attribute_ids', 'predicted']

/** One line an image, with what is present in it: image_name,tags. */
export const tagsCsv: Format = {
  id: 'tags',
  title: 'Tags CSV (as on Kaggle)',
  says: { absent: false, unlabelled: false, provenance: 'none', suggestions: false },
  limits: 'Names only what is present. You’re asked about the rest on import, and told on export.',
  checked: 'round trip of what is present',
  extensions: ['.csv', '.tsv'],
  reads: 'file',
  writes: 'file',
  settings: [separator, separatorOut],
  recognises: ({ isFolder, head }) => {
    const columns = columnsIn(head)
    return !isFolder && columns.length === 2 && imageColumns.includes(columns[0]) && tagColumns.includes(columns[1])
      ? { score: likely, because: `its columns are ${columns.join(' and ')}` }
      : undefined
  },
  read: readTags,
  besides: (target) => [namesFile(target)],
  write: writeTags,
}

/** Names of labels that had to be written otherwise lie here, beside the file. */
function namesFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '.labels.csv')
}

async function writeTags(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const between = separators[answerTo(separatorOut, options.settings)]
  const { tags, changed } = tagsOf(source.labels, between)
  const report = await exportFile(tagsCsv, source, target, options, async (out, walk, file) => {
    const delimiter = delimiterOf(file)
    out.write(csvLine(['image_name', 'tags'], delimiter))
    for await (const { image, present } of walk.images()) {
      const cell = neutralised(present.map(({ id }) => tags.get(id)!).join(between))
      if (out.write(csvLine([cellOf(walk, image.path), cell], delimiter))) await out.flush()
    }
    for (const { name } of changed) {
      walk.warnings.add('name-changed', 'Names that contain the tag separator: changed', name)
    }
  })
  if (changed.length === 0) return report
  const names = namesFile(path.resolve(target))
  await writeTextFile(names, async (out) => {
    out.write(csvLine(['tag', 'label']))
    for (const { id, name } of changed) out.write(csvLine([neutralised(tags.get(id)!), neutralised(name)]))
  })
  report.files.push(names)
  return report
}

function tagsOf(labels: readonly LabelRecord[], between: string) {
  const tags = new Map<number, string>()
  const changed: LabelRecord[] = []
  const plain = (name: string) => !/\s/.test(name) && !name.includes(between)
  const taken = new Set(labels.filter(({ name }) => plain(name)).map(({ name }) => name))
  for (const label of labels) {
    let tag = label.name
    if (!plain(tag)) {
      tag = tag.replace(/\s/g, '_').replaceAll(between, '_')
      while (taken.has(tag)) tag += '_'
      taken.add(tag)
      changed.push(label)
    }
    tags.set(label.id, tag)
  }
  return { tags, changed }
}

/** @throws UserError `not-tags`, `not-csv`, `not-utf8`, `cancelled`, and those of the file system */
async function readTags(file: string, options: ReadOptions): Promise<Collected> {
  const between = separators[answerTo(separator, options.settings)]
  const collected = new Collected()
  collected.asksForRest = true
  const names = new Map<string, string>()
  const beside = namesFile(file)
  if (beside !== file && (await stat(beside).catch(() => undefined))?.isFile()) {
    let isHeader = true
    await readCsvRecords(beside, {}, ([tag = '', name = '']) => {
      if (!isHeader && tag !== '' && name !== '') names.set(restored(tag), restored(name))
      isHeader = false
    })
  }
  let places: [image: number, tags: number] | undefined
  await readCsvRecords(file, options, (record, line) => {
    if (!places) {
      places = headerOf(record, file)
      return
    }
    const path = restored(record[places[0]] ?? '')
    if (path === '') {
      collected.problems.add('line-incomplete', 'Lines without an image: left out', `line ${line}`)
      return
    }
    const image = collected.imageOf(path, { stem: true })
    for (const part of restored(record[places[1]] ?? '').split(between)) {
      const tag = part.trim()
      if (tag !== '') collected.states.push(image, collected.labelOf(names.get(tag) ?? tag), 1)
    }
  })
  if (!places) throw fault('The file is empty', file)
  return collected
}

function headerOf(record: string[], file: string): [number, number] {
  const names = record.map(columnKey)
  const find = (known: string[]) => known.map((name) => names.indexOf(name)).find((place) => place >= 0) ?? -1
  const [image, tags] = [find(imageColumns), find(tagColumns)]
  if (image >= 0 && tags >= 0) return [image, tags]
  throw fault(
    `The first line must name a column of images and one of tags; it is: ${shortened(record.join(','), 100)}`,
    file,
  )
}

function fault(reason: string, file: string): UserError {
  return new UserError('not-tags', `${reason}: ${file}`, 'Write image_name,tags in the first line.')
}
