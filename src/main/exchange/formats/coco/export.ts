import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, cancelled, UserError } from '../../../base/errors.ts'
import { syncTree, writeAtomically } from '../../../base/files.ts'
import { State, sideOf } from '../../../domain/state.ts'
import { NameCheck } from '../../match/nameCheck.ts'
import type {
  ExportOptions,
  ExportReport,
  ExportSource,
  ImageRecord,
  LabelRecord,
  ModelRecord,
  StateRecord,
} from '../../records.ts'
import { ProblemList } from '../../records.ts'
import { placeOrTell, wrongTarget } from '../../write/exportWalk.ts'
import { placeIn } from '../../write/folderWriter.ts'
import { IsoTimes } from '../../write/isoTimes.ts'
import { TextWriter } from '../../write/textWriter.ts'
import { meaningOfUnknown, schemaName, schemaVersion } from './schema.ts'

/**
 * Writes COCO JSON as COCO.md says; the rules are quoted by their numbers below. A target that ends in .json is that one
 * file; any other is a folder with annotations/ and images/.
 * @throws UserError of the file system, `export-target`, `cancelled`
 */
export async function writeCoco(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const places = await layOut(target, options.split ?? 'default')
  const writer = new CocoWriter(source, options)
  try {
    if (places.images) await placeImages(source, places.images, options, writer.warnings)
    await writeAtomically(places.annotations, (file) => writer.labels(new TextWriter(file)))
    if (options.suggestions && source.suggestions) {
      await writeAtomically(places.predictions, (file) => writer.predictions(new TextWriter(file)))
      writer.report.files.push(places.predictions)
    }
  } catch (error) {
    throw asUserError(error)
  }
  writer.report.files.unshift(places.annotations)
  return writer.finish()
}

interface Places {
  annotations: string
  predictions: string
  /** Null: only the file was asked for. */
  images: string | null
}

/** What is written beside the file, or into the folder, apart from the images. @param target absolute */
export function cocoFiles(target: string, { suggestions = false }: Pick<ExportOptions, 'suggestions'>): string[] {
  const { annotations, predictions, images } = placesOf(target, 'default')
  const files = images === null ? [] : [annotations, path.join(images, readmeName)]
  return suggestions ? [...files, predictions] : files
}

async function layOut(target: string, split: string): Promise<Places> {
  const absolute = path.resolve(target)
  const existing = await stat(absolute).catch(() => undefined)
  const places = placesOf(absolute, split)
  if (places.images === null) {
    if (existing?.isDirectory()) throw wrongTarget(absolute, 'is a folder')
    return places
  }
  if (existing && !existing.isDirectory()) throw wrongTarget(absolute, 'is a file')
  if (!/^[\w-]+$/.test(split))
    throw new UserError('export-target', `“${split}” can’t be the name of a split.`, 'Use letters and digits.')
  return places
}

function placesOf(absolute: string, split: string): Places {
  if (/\.json$/i.test(absolute)) {
    return { annotations: absolute, predictions: absolute.replace(/\.json$/i, '_predictions.json'), images: null }
  }
  return {
    // Datumaro knows the task by this name, and wants images/ to be there.
    annotations: path.join(absolute, 'annotations', `labels_${split}.json`),
    predictions: path.join(absolute, 'predictions.json'),
    images: path.join(absolute, 'images'),
  }
}

const readmeName = 'README.txt'
const readme = `The images are not copied here.

"file_name" in ../annotations/ is relative to this folder: put the project's images here, or a link to them, under the
same names; or name their own folder to the program that reads the annotations.
`

async function placeImages(
  source: ExportSource,
  folder: string,
  options: ExportOptions,
  warnings: ProblemList,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { placeImage } = options
  if (!placeImage) {
    await writeAtomically(path.join(folder, readmeName), (file) => file.writeFile(readme))
    return
  }
  for await (const { image } of source.images({ readable: true, states: 'none' })) {
    if (options.signal?.aborted) throw cancelled('The export')
    await placeOrTell(placeImage, image, placeIn(folder, image.path), warnings)
  }
  await syncTree(folder)
}

/** Writes the sections one after the other; each walks over the images anew, and keeps none of them. */
class CocoWriter {
  readonly report: ExportReport = {
    files: [],
    images: 0,
    present: 0,
    absent: 0,
    unreadable: 0,
    suggestions: 0,
    warnings: [],
  }
  readonly #source: ExportSource
  readonly #options: ExportOptions
  readonly warnings = new ProblemList()
  /** Rule 1: 1 … N in the order of the project. */
  readonly #categoryIds: Map<number, number>
  readonly #modelUids: Map<number, string>
  /** Of each category, images that can be read in which it is present. */
  readonly #presentCounts: Map<number, number>
  #done = 0
  readonly #times = new IsoTimes()

  constructor(source: ExportSource, options: ExportOptions) {
    this.#source = source
    this.#options = options
    this.#categoryIds = new Map(source.labels.map(({ id }, index) => [id, index + 1]))
    this.#modelUids = new Map(source.models.map(({ id, uid }) => [id, uid]))
    this.#presentCounts = new Map(source.labels.map(({ id, presentCount }) => [id, presentCount]))
  }

  async labels(out: TextWriter): Promise<void> {
    await this.#info(out)
    out.write(',\n"licenses": [],\n"categories": [')
    this.#categories(out)
    out.write('\n],\n"images": [')
    await this.#images(out)
    out.write('\n],\n"annotations": [')
    await this.#annotations(out)
    out.write('\n]\n}\n')
    await out.end()
  }

  /** Rule 8: suggestions are not truth, and have a file of their own, in COCO's form for results. */
  async predictions(out: TextWriter): Promise<void> {
    out.write('[')
    for await (const { image, labelId, probability } of this.#source.suggestions!()) {
      const line = `{"image_id":${image.id},"category_id":${this.#categoryOf(labelId)},"bbox":${boxOf(image)},"score":${JSON.stringify(probability)}}`
      if (out.write(`${this.report.suggestions++ === 0 ? '\n' : ',\n'}${line}`)) await this.#pause(out)
    }
    out.write('\n]\n')
    await out.end()
  }

  finish(): ExportReport {
    const { report } = this
    if (report.unreadable > 0) {
      const what = report.images === 0 ? 'No image can be read' : 'Some images can’t be read'
      this.warnings.add(
        'unreadable',
        `${what}: listed in info.partial_labels.broken, with their labels`,
        `${report.unreadable} images`,
      )
    }
    report.warnings = this.warnings.list()
    return report
  }

  async #info(out: TextWriter): Promise<void> {
    const { project, models } = this.#source
    const changed = new Date(project.changedAt)
    const info = {
      description: project.name,
      version: '1.0',
      year: changed.getUTCFullYear(),
      contributor: '',
      url: '',
      // When the content changed, not when it was written: the same content gives the same bytes (rule 9).
      date_created: changed.toISOString(),
    }
    const partialLabels = {
      schema: schemaName,
      schema_version: schemaVersion,
      app_version: this.#options.appVersion,
      project_uuid: project.uuid,
      unknown: meaningOfUnknown,
      models: models.map((model) => this.#modelEntry(model)),
      descriptions: this.#source.labels
        .filter(({ description }) => description !== '')
        .map(({ uid, description }) => ({ label_uid: uid, description })),
    }
    // Rule 4: extensions live inside info, images[] and attributes.
    out.write(
      `{\n"info": ${JSON.stringify(info).slice(0, -1)},\n"partial_labels": ${JSON.stringify(partialLabels).slice(0, -1)},\n"broken": [`,
    )
    await this.#broken(out)
    out.write('\n]}}')
  }

  #modelEntry(model: ModelRecord) {
    return {
      uid: model.uid,
      created_at: new Date(model.createdAt).toISOString(),
      kind: model.kind,
      backbone: model.backbone,
      seed: model.seed,
      device: model.device,
      metrics: model.metrics,
      category_ids: model.labelIds.flatMap((id) => this.#categoryIds.get(id) ?? []),
    }
  }

  /** Rule 7: what can't be read is listed; its labels are work too, and come along. */
  async #broken(out: TextWriter): Promise<void> {
    for await (const { image, states } of this.#source.images({ readable: false, states: 'all' })) {
      const entry = {
        file_name: image.path,
        uid: image.uid,
        sha256: image.sha256,
        code: image.problem?.code ?? 'unreadable',
        reason: image.problem?.message ?? 'The image can’t be read.',
      }
      const told = this.#sorted(states).map(
        ([category, state]) =>
          `{"category_id":${category},"state":"${sideOf(state.state)}",${this.#provenance(state)}}`,
      )
      for (const { labelId, state } of states) {
        if (state === State.present) this.#presentCounts.set(labelId, this.#presentCounts.get(labelId)! - 1)
      }
      if (
        out.write(
          `${this.report.unreadable++ === 0 ? '\n' : ',\n'}${JSON.stringify(entry).slice(0, -1)},"states":[${told}]}`,
        )
      ) {
        await this.#pause(out)
      }
      this.#step()
    }
  }

  #categories(out: TextWriter): void {
    for (const [index, label] of this.#source.labels.entries()) {
      out.write(`${index === 0 ? '\n' : ',\n'}${JSON.stringify(this.#categoryEntry(label, index))}`)
    }
  }

  #categoryEntry(label: LabelRecord, index: number) {
    const count = this.#presentCounts.get(label.id)!
    return {
      id: index + 1,
      name: label.name,
      supercategory: label.supercategory,
      uid: label.uid,
      // Rule 3, as LVIS counts: rare, common, frequent.
      frequency: count <= 10 ? 'r' : count <= 100 ? 'c' : 'f',
      key: label.key,
      color: label.colour,
      order: index,
    }
  }

  /** Rules 3, 6 and 7: every image that can be read, also those of which nothing is known. */
  async #images(out: TextWriter): Promise<void> {
    const names = new NameCheck(this.warnings)
    for await (const { image, states } of this.#source.images({ readable: true, states: 'absent' })) {
      names.add(image.path)
      const negatives = this.#sorted(states)
      const provenance = negatives.map(([category, state]) => `{"category_id":${category},${this.#provenance(state)}}`)
      const entry =
        `{"id":${image.id},"file_name":${JSON.stringify(image.path)},"width":${image.width},"height":${image.height},` +
        `"neg_category_ids":[${negatives.map(([category]) => category)}],"not_exhaustive_category_ids":[],` +
        `"uid":${JSON.stringify(image.uid)},"sha256":${JSON.stringify(image.sha256)},"exif_orientation":${image.orientation},` +
        `"neg_provenance":[${provenance}]}`
      this.report.absent += negatives.length
      if (out.write(`${this.report.images++ === 0 ? '\n' : ',\n'}${entry}`)) await this.#pause(out)
      this.#step()
    }
  }

  /** Rules 2 and 5: one whole-image rectangle, also as a polygon, for each label that is present. */
  async #annotations(out: TextWriter): Promise<void> {
    for await (const { image, states } of this.#source.images({ readable: true, states: 'present' })) {
      const { width, height } = image
      const shape =
        `"bbox":${boxOf(image)},"area":${width * height},` +
        `"segmentation":[[0,0,${width},0,${width},${height},0,${height}]],"iscrowd":0,"attributes":`
      let full = false
      for (const [category, state] of this.#sorted(states)) {
        const id = ++this.report.present
        full = out.write(
          `${id === 1 ? '\n' : ',\n'}{"id":${id},"image_id":${image.id},"category_id":${category},${shape}{${this.#provenance(state)}}}`,
        )
      }
      if (full) await this.#pause(out)
      this.#step()
    }
  }

  /** By category id. @throws a bug: rule 2 holds in the project file */
  #sorted(states: readonly StateRecord[]): [category: number, state: StateRecord][] {
    const sorted = states
      .map((state): [number, StateRecord] => [this.#categoryOf(state.labelId), state])
      .sort(([a], [b]) => a - b)
    for (let i = 1; i < sorted.length; i++) {
      if (sorted[i][0] === sorted[i - 1][0])
        throw new Error(`Label ${sorted[i][1].labelId} has two states in one image.`)
    }
    return sorted
  }

  #categoryOf(labelId: number): number {
    const id = this.#categoryIds.get(labelId)
    if (id === undefined) throw new Error(`There is no label ${labelId} to export.`)
    return id
  }

  /** The members of `attributes`, as text: millions of them are written. */
  #provenance(state: StateRecord): string {
    const model = state.modelId === null ? undefined : this.#modelUids.get(state.modelId)
    return (
      `"source":"${state.source}","decided_at":"${this.#times.textOf(state.decidedAt)}",` +
      `"model_uid":${model === undefined ? 'null' : JSON.stringify(model)},` +
      `"model_score":${state.score === null ? 'null' : JSON.stringify(state.score)},` +
      `"annotator":${state.annotator === null ? 'null' : JSON.stringify(state.annotator)}`
    )
  }

  async #pause(out: TextWriter): Promise<void> {
    await out.flush()
    if (this.#options.signal?.aborted) throw cancelled('The export')
  }

  #step(): void {
    this.#options.onProgress?.(++this.#done)
  }
}

function boxOf({ width, height }: ImageRecord): string {
  return `[0,0,${width},${height}]`
}
