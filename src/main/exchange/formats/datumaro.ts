import path from 'node:path'
import { shortened, UserError } from '../../base/errors.ts'
import { ImageIds } from '../match/imageIds.ts'
import { Collected } from '../read/collected.ts'
import { readJson } from '../read/jsonReader.ts'
import { isObject, type JsonObject, listOf, textOr } from '../read/jsonValues.ts'
import { walkFiles } from '../read/walkFiles.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { exportFileOrFolder } from '../write/folderWriter.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'

/** Where an item's attributes tell what is absent: Datumaro has no annotation that says so, and keeps attributes as they are. */
const absentKey = 'absent_label_ids'
const schemaKey = 'surmise'

function isDatumaro(head: string): boolean {
  return (
    /^\s*\{/.test(head) &&
    /"(dm_format_version|media_type|categories)"\s*:/.test(head) &&
    /"(infos|items)"\s*:/.test(head)
  )
}

const isAnnotation = (entry: string) => /^annotations\/[^/]+\.json$/.test(entry)

function evidenceIn(inside: Glimpse['inside']): Evidence | undefined {
  const found = [...inside].find(([entry, { head }]) => isAnnotation(entry) && isDatumaro(head))
  return found && { score: sure, because: `${found[0]} has Datumaro’s items`, reads: isAnnotation }
}

export const datumaro: Format = {
  id: 'datumaro',
  title: 'Datumaro JSON',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits: `Labels are present. What is absent is in each item’s attributes (${absentKey}), which other programs keep but don’t use; for their own files you’re asked about the rest.`,
  checked: 'round trip; the fields that its reader looks for, by hand',
  extensions: ['.json'],
  reads: 'file or folder',
  writes: 'file or folder',
  images: 'optional',
  recognises: ({ isFolder, head, inside }) =>
    isFolder
      ? evidenceIn(inside)
      : isDatumaro(head)
        ? { score: sure, because: 'it has Datumaro’s infos, categories and items' }
        : undefined,
  read: readDatumaro,
  write: writeDatumaro,
}

function writeDatumaro(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const inFolder = 'annotations/default.json'
  return exportFileOrFolder(datumaro, source, target, options, inFolder, async (out, walk, place) => {
    const ids = await ImageIds.of(source)
    const labels = source.labels.map(({ name, supercategory }) => ({ name, parent: supercategory, attributes: [] }))
    const infos = { [schemaKey]: 'a label in neither the annotations nor the attributes of an item is unknown' }
    // 2: images.
    out.write(`{"dm_format_version":"1.0","media_type":2,"infos":${JSON.stringify(infos)},\n"categories":`)
    out.write(`${JSON.stringify({ label: { labels, label_groups: [], attributes: [] } })},\n"items":[`)
    let first = true
    for await (const { image, present, absent } of walk.images()) {
      const annotation = (id: number, label: number) => ({
        id,
        type: 'label',
        attributes: {},
        group: 0,
        label_id: label,
      })
      const item = {
        id: ids.idOf(image.path),
        annotations: present.map(({ id }, index) => annotation(index, walk.placeOf(id))),
        attr: { [absentKey]: absent.map(({ id }) => walk.placeOf(id)) },
        image: { path: image.path, size: [image.height, image.width] },
      }
      if (out.write(`${first ? '\n' : ',\n'}${JSON.stringify(item)}`)) await out.flush()
      first = false
      await place(image)
    }
    out.write('\n]}\n')
  })
}

/** @throws UserError `not-datumaro`, and those of `readJson` */
async function readDatumaro(place: string, options: ReadOptions): Promise<Collected> {
  const files = await filesAt(place)
  let collected: Collected | undefined
  for (const [part, file] of files.entries()) {
    const reader = new DatumaroReader(file, files.length > 1 ? part : undefined, collected)
    const onProgress = (share: number) => options.onProgress?.((part + share) / files.length)
    await readJson(file, (at, value, isElement) => reader.visit(at, value, isElement), {
      ...options,
      onProgress,
      streamed: ['items', 'categories.label.labels'],
      members: ['infos'],
    })
    collected = reader.finish()
  }
  return collected!
}

async function filesAt(place: string): Promise<string[]> {
  if (/\.json$/i.test(place)) return [place]
  const below = await walkFiles(place, (name) => /\.json$/i.test(name))
  const files = below.filter(({ path: file }) => path.posix.dirname(file) === 'annotations').map(({ file }) => file)
  if (files.length > 0) return files
  throw new UserError(
    'not-datumaro',
    `There are no annotations in this folder: ${place}`,
    'Choose one with annotations/*.json, or the file itself.',
  )
}

class DatumaroReader {
  readonly #file: string
  readonly #part: number | undefined
  readonly #collected: Collected
  #labels = 0
  #items = 0
  #isOurs = false
  #hasAbsent = false

  constructor(file: string, part: number | undefined, before: Collected | undefined) {
    this.#file = file
    this.#part = part
    this.#collected = before ?? new Collected()
  }

  visit(at: string, value: unknown, isElement: boolean): void {
    if (at === 'items' && isElement) this.#item(value)
    else if (at === 'categories.label.labels' && isElement) this.#label(value)
    else if (at === `infos.${schemaKey}`) this.#isOurs = true
    else if (at === '' || at === 'items' || at === 'categories') throw this.#fault('It has no list of items')
  }

  finish(): Collected {
    if (this.#items === 0 && this.#labels === 0) throw this.#fault('It has neither items nor labels')
    const collected = this.#collected
    if (!this.#isOurs && !this.#hasAbsent) collected.asksForRest = true
    return collected
  }

  #label(value: unknown): void {
    const collected = this.#collected
    const number = this.#labels++
    const name = isObject(value) ? textOr(value.name, '') : ''
    if (name === '') {
      collected.problems.add('category-entry', 'Labels without a name: left out', () =>
        shortened(JSON.stringify(value) ?? ''),
      )
      return
    }
    collected.labels[collected.labelIndex(this.#key(number))] = { name, order: number, part: this.#part }
  }

  #item(value: unknown): void {
    const collected = this.#collected
    const item = isObject(value) ? value : {}
    const id = typeof item.id === 'string' ? item.id : ''
    const paths = pathsOf(item)
    if (paths.length === 0 && id === '') {
      collected.problems.add('item-entry', 'Items without an id and a path: left out', () =>
        shortened(JSON.stringify(value) ?? ''),
      )
      return
    }
    this.#items++
    const [first, ...others] = paths.length > 0 ? [...paths, id].filter((one) => one !== '') : [id]
    const image = collected.imageOf(first, { stem: true, ...(others.length > 0 && { otherPaths: others }) })
    for (const annotation of listOf(item.annotations)) {
      const label = isObject(annotation) ? annotation.label_id : undefined
      if (isNumber(label)) collected.states.push(image, collected.labelIndex(this.#key(label)), 1)
      else if (isObject(annotation) && annotation.type === 'caption') {
        collected.problems.add('captions', 'Captions, which aren’t labels: left out')
      } else {
        collected.leftOpen.add(image)
        collected.problems.add('annotation-entry', 'Annotations without a label: left out', () =>
          shortened(JSON.stringify(annotation) ?? ''),
        )
      }
    }
    for (const label of isObject(item.attr) ? listOf(item.attr[absentKey]) : []) {
      if (!isNumber(label)) continue
      this.#hasAbsent = true
      collected.states.push(image, collected.labelIndex(this.#key(label)), -1)
    }
  }

  #key(label: number): string {
    return `${this.#part ?? ''} ${label}`
  }

  #fault(reason: string): UserError {
    return new UserError(
      'not-datumaro',
      `This isn’t Datumaro JSON. ${reason}: ${this.#file}`,
      'Export the data set in “datumaro” format.',
    )
  }
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function pathsOf(item: JsonObject): string[] {
  return [item.image, item.media].flatMap((media) =>
    isObject(media) && typeof media.path === 'string' && media.path !== '' ? [media.path] : [],
  )
}
