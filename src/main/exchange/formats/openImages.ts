import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, shortened, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { equalStems, ImageIds } from '../match/imageIds.ts'
import { Collected } from '../read/collected.ts'
import { columnKey, columnsIn, readCsvRecords } from '../read/csvRecords.ts'
import { isFile, walkFiles } from '../read/walkFiles.ts'
import type { ExportOptions, ExportReport, ExportSource, LabelRecord } from '../records.ts'
import { csvLine, neutralised, restored } from '../write/csvCells.ts'
import { exportFile, writeTextFile } from '../write/exportWalk.ts'
import { cellOf } from './csv.ts'
import { type Format, type ReadOptions, sure } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const classes: Setting = {
  id: 'classes',
  on: 'read',
  title: 'Class descriptions',
  hint: 'The file that names the codes. If empty: the one beside it, if any.',
  usual: '',
}

/** Image-level labels as Open Images has them: ImageID,Source,LabelName,Confidence. */
export const openImages: Format = {
  id: 'open-images',
  title: 'Open Images CSV',
  says: { absent: true, unlabelled: false, provenance: 'some', suggestions: true },
  limits:
    'Confidence 1 is present, 0 is absent; machine labels, and anything between, are suggestions. Source says who decided, but not when.',
  checked: 'round trip; a real COCO file, converted to it and back',
  extensions: ['.csv'],
  reads: 'file or folder',
  writes: 'file',
  settings: [classes],
  recognises: ({ isFolder, head, entries }) => {
    if (!isFolder) {
      const isOne = ['imageid', 'labelname'].every((column) => columnsIn(head).includes(column))
      return isOne ? { score: sure, because: 'it has the columns ImageID and LabelName' } : undefined
    }
    const lists = entries.filter((entry) => listName.test(entry))
    if (lists.length === 0) return undefined
    return {
      score: sure,
      because: `${lists[0]} has image-level labels`,
      reads: (entry) => listName.test(entry) || descriptionsName.test(entry),
    }
  },
  read: readOpenImages,
  besides: (target) => [descriptionsFile(target)],
  write: writeOpenImages,
}

/** As Open Images, Datumaro and FiftyOne call the lists of image-level labels. */
const listName = /(^|[/-])(imagelabels(-boxable)?|classifications)\.csv$/i
/** … and what the codes mean. */
const descriptionsName = /(class-descriptions[^/]*|(^|\/)metadata\/classes)\.csv$/i

/** Sources that Open Images knows for what people have looked at. */
const verified = new Set(['verification', 'crowdsource-verification', 'xclick', 'activemil'])
const code = /^\/[a-z]+\/[\w-]+$/

async function writeOpenImages(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const codes = codesOf(source.labels)
  const descriptions = descriptionsFile(path.resolve(target))
  const ids = await ImageIds.of(source)
  const report = await exportFile(openImages, source, target, options, async (out, walk) => {
    out.write(csvLine(['ImageID', 'Source', 'LabelName', 'Confidence']))
    for await (const { image, states } of walk.images()) {
      const id = ids.idOf(image.path)
      if (id === image.path) walk.warnings.add('equal-stems', equalStems, image.path)
      const cell = cellOf(walk, id)
      let full = false
      for (const label of source.labels) {
        const state = states.get(label.id)
        if (!state) continue
        const kept = state.source === 'import' && state.annotator !== null && verified.has(state.annotator)
        const from = kept ? state.annotator! : 'verification'
        full = out.write(csvLine([cell, from, codes.get(label.id)!, state.state === State.present ? '1' : '0']))
      }
      if (full) await out.flush()
    }
    if (!options.suggestions || !source.suggestions) return
    for await (const { image, labelId, probability } of source.suggestions()) {
      const line = [cellOf(walk, ids.idOf(image.path)), 'machine', codes.get(labelId)!, String(+probability.toFixed(6))]
      walk.report.suggestions++
      if (out.write(csvLine(line))) await out.flush()
    }
  })
  await writeTextFile(descriptions, async (out) => {
    for (const { id, name } of source.labels) out.write(csvLine([codes.get(id)!, neutralised(name)]))
  })
  report.files.push(descriptions)
  return report
}

/** Which label each code means lies beside the file. */
function descriptionsFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '-class-descriptions.csv')
}

/** A label's code is kept where it came with one; the others get codes of ours. */
function codesOf(labels: readonly LabelRecord[]): Map<number, string> {
  const codes = new Map<number, string>()
  const taken = new Set<string>()
  for (const { id, description } of labels) {
    if (!code.test(description) || taken.has(description)) continue
    codes.set(id, description)
    taken.add(description)
  }
  for (const [index, { id }] of labels.entries()) {
    if (codes.has(id)) continue
    let own = `/surmise/${index + 1}`
    while (taken.has(own)) own += '_'
    codes.set(id, own)
    taken.add(own)
  }
  return codes
}

/** @throws UserError `not-open-images`, `not-csv`, `not-utf8`, `cancelled`, and those of the file system */
async function readOpenImages(place: string, options: ReadOptions): Promise<Collected> {
  const inFolder = (await isFile(place)) ? undefined : await walkFiles(place, (name) => /\.csv$/i.test(name), options)
  const lists = inFolder ? inFolder.filter(({ path: file }) => listName.test(file)).map(({ file }) => file) : [place]
  const reader = new OpenImagesReader(place)
  if (lists.length === 0) throw reader.fault('There is no list of image-level labels in this folder')
  const asked = answerTo(classes, options.settings)
  await reader.readNames(
    inFolder && asked === '' ? inFolder.find(({ path: file }) => descriptionsName.test(file))?.file : asked,
  )
  for (const [part, list] of lists.entries()) {
    const onProgress = (share: number) => options.onProgress?.((part + share) / lists.length)
    reader.begin()
    await readCsvRecords(list, { ...options, onProgress }, (record, line) => reader.record(record, line))
  }
  return reader.finish()
}

class OpenImagesReader {
  readonly #file: string
  readonly #collected = new Collected()
  readonly #names = new Map<string, string>()
  #places: { image: number; label: number; source: number; confidence: number } | undefined
  #hasAbsent = false

  constructor(file: string) {
    this.#file = file
    this.#collected.keepsAnnotators = true
    this.#collected.predictions.model = 'Open Images'
  }

  /** The next list has a header of its own. */
  begin(): void {
    this.#places = undefined
  }

  /** @param asked '' for what lies beside the file */
  async readNames(asked: string | undefined): Promise<void> {
    if (asked === undefined) return
    const file = asked === '' ? await this.#descriptionsBeside() : path.resolve(path.dirname(this.#file), asked)
    if (file === undefined) return
    await readCsvRecords(file, {}, ([label = '', name = '']) => {
      if (label !== '' && name !== '' && columnKey(label) !== 'labelname') this.#names.set(label, restored(name))
    })
  }

  async #descriptionsBeside(): Promise<string | undefined> {
    const folder = path.dirname(this.#file)
    const entries = await readdir(folder).catch((error) => {
      throw asUserError(error)
    })
    const own = path.basename(this.#file).replace(/(\.[^.]*)?$/, '-class-descriptions.csv')
    const name =
      entries.find((entry) => entry === own) ??
      entries.toSorted().find((entry) => /class-descriptions.*\.csv$/i.test(entry))
    return name === undefined ? undefined : path.join(folder, name)
  }

  record(record: string[], line: number): void {
    if (!this.#places) {
      this.#places = this.#header(record)
      return
    }
    const { problems, states, predictions } = this.#collected
    const { image: imagePlace, label: labelPlace, source: sourcePlace, confidence: confidencePlace } = this.#places
    const [image, label] = [restored(record[imagePlace] ?? ''), (record[labelPlace] ?? '').trim()]
    if (image === '' || label === '') {
      problems.add('line-incomplete', 'Lines without an image or a label: left out', `line ${line}`)
      return
    }
    const source = (record[sourcePlace] ?? '').trim()
    const cell = confidencePlace < 0 ? '1' : (record[confidencePlace] ?? '').trim()
    const confidence = cell === '' ? Number.NaN : Number(cell)
    if (!(confidence >= 0 && confidence <= 1)) {
      problems.add(
        'value-unknown',
        'Lines whose confidence is not between 0 and 1: left out',
        () => `line ${line}: ${shortened(cell, 60)}`,
      )
      return
    }
    const [imageIndex, labelIndex] = [
      this.#collected.imageOf(image, { stem: true, unlabelled: true }),
      this.#label(label),
    ]
    if (source === 'machine' || (confidence !== 0 && confidence !== 1)) {
      predictions.push(imageIndex, labelIndex, confidence)
      return
    }
    this.#collected.images[imageIndex]!.unlabelled = false
    if (confidence === 0) this.#hasAbsent = true
    const provenance = { source: 'import', decidedAt: null, model: -1, score: null, annotator: source } as const
    states.push(
      imageIndex,
      labelIndex,
      confidence === 1 ? State.present : State.absent,
      source === '' ? undefined : provenance,
    )
  }

  #label(code: string): number {
    const collected = this.#collected
    const index = collected.labelIndex(code)
    if (collected.labels[index]) return index
    const name = this.#names.get(code)
    if (name === undefined && this.#names.size > 0) {
      collected.problems.add('label-unnamed', 'Codes without a class description: named by their code', code)
    }
    collected.labels[index] = { name: name ?? code, description: name === undefined ? undefined : code }
    return index
  }

  finish(): Collected {
    if (!this.#places) throw this.fault('The file is empty')
    const { problems, labels } = this.#collected
    if (this.#names.size === 0 && labels.length > 0) {
      const message = 'No class descriptions beside the file: labels are named by their codes'
      problems.add('no-descriptions', message, undefined, labels.length)
    }
    this.#collected.asksForRest = !this.#hasAbsent
    return this.#collected
  }

  #header(record: string[]) {
    const names = record.map(columnKey)
    const placeOf = (name: string) => names.indexOf(name)
    const places = { image: placeOf('imageid'), label: placeOf('labelname'), source: placeOf('source') }
    if (places.image < 0 || places.label < 0) {
      throw this.fault(`The first line must name ImageID and LabelName; it is: ${shortened(record.join(','), 100)}`)
    }
    return { ...places, confidence: placeOf('confidence') }
  }

  fault(reason: string): UserError {
    return new UserError(
      'not-open-images',
      `${reason}: ${this.#file}`,
      'Choose a file with the columns ImageID,Source,LabelName,Confidence.',
    )
  }
}
