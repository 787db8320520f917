import { asUserError, shortened, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { columnsIn, readCsvRecords } from '../read/csvRecords.ts'
import { beginningOf } from '../read/glimpse.ts'
import { readJson } from '../read/jsonReader.ts'
import { parseJsonText } from '../read/jsonText.ts'
import { isObject, type JsonObject } from '../read/jsonValues.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const attributeSetting: Setting = {
  id: 'attribute',
  on: 'read',
  title: 'Attributes that hold the labels',
  hint: 'Names from VIA, separated by commas. Only needed where several attributes could hold them.',
  usual: '',
}

/** Projects and annotations of the VGG Image Annotator, version 2: attributes of files and of regions. */
export const via: Format = {
  id: 'via',
  title: 'VGG Image Annotator (JSON or CSV)',
  says: { absent: false, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'Choices of an image and of its regions are present. If several attributes could hold labels, you’re asked which do; you’re asked about the rest, too.',
  checked: 'files as VIA 2 documents them, by hand',
  extensions: ['.json', '.csv'],
  reads: 'file',
  settings: [attributeSetting],
  recognises,
  read: readVia,
}

const columns = ['filename', 'file_attributes', 'region_attributes'] as const

function recognises({ isFolder, head, json }: Glimpse): Evidence | undefined {
  if (isFolder) return undefined
  if (isObject(json)) {
    if (isObject(json._via_img_metadata)) return { score: sure, because: 'it is a project of VIA' }
    return isEntry(Object.values(json)[0]) ? { score: sure, because: 'its entries have VIA’s attributes' } : undefined
  }
  const found = columnsIn(head).map(plain)
  return columns.every((column) => found.includes(column))
    ? { score: sure, because: 'it has VIA’s columns' }
    : undefined
}

const plain = (column: string) => column.replace(/^#\s*/, '')

function isEntry(value: unknown): value is JsonObject & { filename: string } {
  return isObject(value) && typeof value.filename === 'string' && ('regions' in value || 'file_attributes' in value)
}

/** One answer in VIA: an attribute, and what was chosen or typed there. */
interface Answer {
  image: number
  attribute: string
  value: unknown
}

/** @throws UserError `not-via`, `field-unclear`, `field-unknown`, and those of `readJson` and `readCsvRecords` */
async function readVia(file: string, options: ReadOptions): Promise<Collected> {
  const reader = new ViaReader(file)
  const { json } = await beginningOf(file).catch((error) => {
    throw asUserError(error)
  })
  if (json === undefined) await readCsv(file, options, reader)
  else {
    const members = ['_via_img_metadata', '_via_attributes.file', '_via_attributes.region']
    const visit = (path: string, value: unknown, _: boolean, key: string) => {
      if (path.startsWith('_via_attributes.')) reader.describe(key, value)
      else if (isEntry(value)) reader.entry(value)
    }
    await readJson(file, visit, { ...options, streamed: [], members })
  }
  return reader.finish(answerTo(attributeSetting, options.settings))
}

async function readCsv(file: string, options: ReadOptions, reader: ViaReader): Promise<void> {
  let places: number[] | undefined
  await readCsvRecords(file, options, (record, line) => {
    if (!places) {
      const found = record.map((name) => plain(name.trim().toLowerCase()))
      places = columns.map((column) => found.indexOf(column))
      if (places.includes(-1)) throw reader.notVia()
      return
    }
    const [filename, ofFile, ofRegion] = places.map((place) => record[place] ?? '')
    if (filename === '') return
    const [file_attributes, region_attributes] = [ofFile, ofRegion].map((cell) => reader.attributesIn(cell, line))
    reader.entry({ filename, file_attributes, regions: [{ region_attributes }] })
  })
}

class ViaReader {
  readonly collected = new Collected()
  readonly #file: string
  readonly #answers: Answer[] = []
  /** The choices that a project offers, by attribute: names by what is written for them. */
  readonly #choices = new Map<string, Map<string, string>>()
  /** Attributes into which people type, by the project's word. */
  readonly #typed = new Set<string>()

  constructor(file: string) {
    this.#file = file
    this.collected.asksForRest = true
  }

  /** An attribute as the project defines it. */
  describe(name: string, facts: unknown): void {
    if (!isObject(facts)) return
    if (facts.type === 'text') this.#typed.add(name)
    if (!isObject(facts.options)) return
    const choices = this.#choices.get(name) ?? new Map<string, string>()
    for (const [id, title] of Object.entries(facts.options)) {
      choices.set(id, typeof title === 'string' && title.trim() !== '' ? title : id)
    }
    this.#choices.set(name, choices)
  }

  entry(entry: JsonObject & { filename: string }): void {
    const image = this.collected.imageOf(entry.filename)
    this.#add(image, entry.file_attributes)
    const regions = isObject(entry.regions) || Array.isArray(entry.regions) ? Object.values(entry.regions) : []
    for (const region of regions) if (isObject(region)) this.#add(image, region.region_attributes)
  }

  attributesIn(cell: string, line: number): unknown {
    if (cell.trim() === '') return undefined
    try {
      return parseJsonText(cell)
    } catch {
      this.collected.problems.add('value-unknown', 'Attributes that aren’t JSON: left out', `line ${line}`)
      return undefined
    }
  }

  /** @throws UserError `not-via`, `field-unclear`, `field-unknown` */
  finish(asked: string): Collected {
    const { collected } = this
    if (collected.images.length === 0) throw this.notVia()
    const chosen = this.#chosen(asked)
    for (const attribute of chosen) for (const name of this.#choices.get(attribute)?.values() ?? []) this.#label(name)
    const told = new Set<number>()
    for (const { image, attribute, value } of this.#answers) {
      if (!chosen.includes(attribute)) continue
      told.add(image)
      for (const name of this.#namesIn(attribute, value)) {
        if (name !== undefined) collected.states.push(image, this.#label(name), State.present)
        else {
          collected.leftOpen.add(image)
          const example = () => `${collected.images[image]!.path}: ${shortened(JSON.stringify(value))}`
          collected.problems.add('value-unknown', 'Values that aren’t labels: left out', example)
        }
      }
    }
    // Nobody has answered there.
    for (const [index, image] of collected.images.entries()) if (!told.has(index)) image!.unlabelled = true
    return collected
  }

  notVia(): UserError {
    return new UserError(
      'not-via',
      `This file has no images of VIA: ${this.#file}`,
      'Save the project in VIA, or export its annotations as JSON or CSV.',
    )
  }

  #add(image: number, attributes: unknown): void {
    for (const [attribute, value] of Object.entries(isObject(attributes) ? attributes : {})) {
      if (value !== '' && value !== null) this.#answers.push({ image, attribute, value })
    }
  }

  #label(name: string): number {
    return this.collected.labelOf(name)
  }

  #chosen(asked: string): string[] {
    const all = [...new Set([...this.#answers.map(({ attribute }) => attribute), ...this.#choices.keys()])]
    if (asked.trim() !== '') {
      const wanted = asked.split(',').map((name) => name.trim())
      const missing = wanted.find((name) => !all.includes(name))
      if (missing === undefined) return wanted
      throw new UserError(
        'field-unknown',
        `There is no attribute “${shortened(missing, 60)}”: ${this.#file}`,
        all.length > 0 ? `The attributes are: ${shortened(all.join(', '), 300)}.` : 'The file has no attributes.',
      )
    }
    const offered = all.filter((name) => !this.#typed.has(name))
    const used = offered.filter((name) => this.#answers.some(({ attribute }) => attribute === name))
    const likely = used.length > 0 ? used : offered.length > 0 ? offered : all
    for (const name of all) {
      if (likely.includes(name)) continue
      this.collected.problems.add('column-left-out', 'Attributes that aren’t labels: left out', name)
    }
    if (likely.length <= 1) return likely
    const [first, second] = likely
    throw new UserError(
      'field-unclear',
      `Several attributes could hold the labels: ${shortened(likely.join(', '), 300)} (${this.#file})`,
      `Set the option “attribute” to one of them, or to several (${first},${second}).`,
    )
  }

  /** A text, or of a checkbox what is ticked: {"dog": true}. */
  #namesIn(attribute: string, value: unknown): (string | undefined)[] {
    const choices = this.#choices.get(attribute)
    const nameOf = (id: string) => (id.trim() === '' ? undefined : (choices?.get(id) ?? id))
    if (typeof value === 'string') return [nameOf(value)]
    if (typeof value === 'number') return [nameOf(`${value}`)]
    if (!isObject(value)) return [undefined]
    return Object.entries(value).flatMap(([id, ticked]) =>
      ticked === true ? [nameOf(id)] : ticked === false ? [] : [undefined],
    )
  }
}
