import { shortened, UserError } from '../../../base/errors.ts'
import type { StateSource } from '../../../domain/decision.ts'
import type { Json } from '../../../domain/model.ts'
import { stateOf } from '../../../domain/state.ts'
import { Collected } from '../../read/collected.ts'
import type { JsonVisitor } from '../../read/jsonReader.ts'
import {
  isObject,
  type JsonObject,
  keyOf,
  listOf,
  sha256Of,
  textOr,
  textOrNull,
  textOrUndefined,
  timeOf,
} from '../../read/jsonValues.ts'
import type { Provenance } from '../../read/stateTable.ts'
import { schemaName, schemaVersion } from './schema.ts'

/** What a file of COCO's form says, section by section. */
export class CocoReader {
  readonly #file: string
  readonly #collected: Collected
  /** Where several files are read as one: numbers of each are its own. */
  readonly #part: number | undefined
  readonly #sections = new Set<string>()
  readonly #asked: boolean
  /** Annotations are passed over. */
  namesOnly = false
  #hasNegatives = false
  #captions = 0
  #categories = 0
  #descriptions = new Map<string, string>()

  constructor(file: string, part?: number, before?: Collected) {
    this.#file = file
    this.#part = part
    this.#asked = before?.asksForRest ?? false
    this.#collected = before ?? new Collected()
  }

  readonly visitor: JsonVisitor = (path, value, isElement) => this.visit(path, value, isElement)

  #key(value: unknown): string | undefined {
    const key = keyOf(value)
    return key === undefined || this.#part === undefined ? key : `${this.#part} ${key}`
  }

  visit(path: string, value: unknown, isElement: boolean): void {
    if (isElement) {
      this.#sections.add(path)
      if (path === 'images') this.#image(value)
      else if (path === 'annotations') this.#annotation(value)
      else if (path === 'categories') this.#category(value)
      else this.#broken(value)
      return
    }
    switch (path) {
      case '':
        throw this.#notCoco(
          Array.isArray(value) ? 'It is a list of results and contains no images' : 'It contains no images',
        )
      case 'images':
      case 'annotations':
      case 'categories':
        throw this.#notCoco(`Its “${path}” is not a list`)
      case 'info.contributor':
        if (value !== 'Label Studio') break
        this.#collected.problems.add(
          'label-studio-boxes',
          'Label Studio writes boxes and outlines to COCO, and no choices: export “JSON” there for those',
        )
        break
      case 'info.partial_labels.schema':
        this.#collected.ours = value === schemaName
        break
      case 'info.partial_labels.schema_version':
        if (typeof value === 'number' && value > schemaVersion) {
          throw new UserError('coco-too-new', `This file was made by a newer Surmise: ${this.#file}`, 'Update Surmise.')
        }
        break
      case 'info.partial_labels.models':
        if (Array.isArray(value)) for (const model of value) this.#model(model)
        break
      case 'info.partial_labels.descriptions':
        if (!Array.isArray(value)) break
        for (const entry of value) {
          if (isObject(entry)) this.#descriptions.set(String(entry.label_uid), textOr(entry.description, ''))
        }
        break
    }
  }

  finish(): Collected {
    const { images, labels, problems } = this.#collected
    if (!labels.some(Boolean))
      throw this.#notCoco(images.some(Boolean) ? 'It has no categories' : 'It has neither images nor categories')
    if (!images.some(Boolean)) throw this.#notCoco('It has no images')
    if (!this.#sections.has('annotations') && !this.#hasNegatives && !this.namesOnly) {
      problems.add('no-annotations', 'The file has no annotations')
    }
    if (this.#captions > 0) {
      problems.add('captions', 'Captions, which aren’t labels: left out', `${this.#captions} captions`)
    }
    for (const label of labels) {
      if (label?.uid && this.#descriptions.has(label.uid)) label.description = this.#descriptions.get(label.uid)
    }
    // Of several files, one that leaves it open leaves it open for all.
    this.#collected.joinPaddedKeys()
    this.#collected.asksForRest = this.#asked || (!this.#collected.ours && !this.#hasNegatives)
    return this.#collected
  }

  #image(value: unknown): void {
    const collected = this.#collected
    const id = isObject(value) ? this.#key(value.id) : undefined
    const path = isObject(value) ? pathOfImage(value) : undefined
    if (!isObject(value) || id === undefined || path === undefined) {
      this.#problem('image-entry', 'Images without an id or a file name: left out', value)
      return
    }
    const index = collected.imageIndex(id)
    const before = collected.images[index]
    if (before) {
      if (before.path !== path) throw this.#twice('images', value.id, before.path, path)
      this.#problem('image-id-twice', 'Images listed more than once: combined', value)
    }
    const uid = textOrNull(value.uid)
    collected.images[index] ??= { path, uid, sha256: sha256Of(value.sha256) }
    this.#negatives(index, value)
  }

  /** LVIS's and our verified negatives, and what LVIS leaves open. */
  #negatives(image: number, value: JsonObject): void {
    if (this.namesOnly) return
    const provenance = new Map<string, JsonObject>()
    if (Array.isArray(value.neg_provenance)) {
      for (const entry of value.neg_provenance) {
        const key = isObject(entry) ? this.#key(entry.category_id) : undefined
        if (key !== undefined) provenance.set(key, entry)
      }
    }
    for (const category of listOf(value.neg_category_ids)) {
      const key = this.#key(category)
      if (key === undefined) {
        this.#problem('negative-entry', 'Entries of neg_category_ids that aren’t ids: left out', category)
        continue
      }
      this.#hasNegatives = true
      this.#collected.states.push(image, this.#collected.labelIndex(key), -1, this.#provenance(provenance.get(key)))
    }
    for (const category of listOf(value.not_exhaustive_category_ids)) {
      const key = this.#key(category)
      if (key !== undefined) this.#collected.states.push(image, this.#collected.labelIndex(key), 0)
    }
  }

  #annotation(value: unknown): void {
    if (this.namesOnly) return
    const entry = isObject(value) ? value : {}
    const [image, category] = [this.#key(entry.image_id), this.#key(entry.category_id)]
    if (category === undefined && typeof entry.caption === 'string') {
      this.#captions++
      return
    }
    if (image === undefined || category === undefined) {
      if (image !== undefined) this.#collected.leftOpen.add(this.#collected.imageIndex(image))
      this.#problem('annotation-entry', 'Annotations without an image or a category: left out', value)
      return
    }
    const { states } = this.#collected
    const provenance = isObject(entry.attributes) ? this.#provenance(entry.attributes) : undefined
    states.push(this.#collected.imageIndex(image), this.#collected.labelIndex(category), 1, provenance)
  }

  #category(value: unknown): void {
    const collected = this.#collected
    const id = isObject(value) ? this.#key(value.id) : undefined
    if (!isObject(value) || id === undefined || typeof value.name !== 'string') {
      this.#problem('category-entry', 'Categories without an id or a name: left out', value)
      return
    }
    const index = collected.labelIndex(id)
    const before = collected.labels[index]
    if (before) {
      if (before.name !== value.name) throw this.#twice('categories', value.id, before.name, value.name)
      this.#problem('category-id-twice', 'Categories listed more than once: combined', value)
      return
    }
    collected.labels[index] = {
      name: value.name,
      uid: textOrUndefined(value.uid),
      colour: textOrUndefined(value.color),
      key: textOrUndefined(value.key),
      // Annotations may have named it before; what counts is the order in which the categories are listed.
      order: typeof value.order === 'number' ? value.order : this.#categories,
      part: this.#part,
    }
    this.#categories++
  }

  /** An image that could not be read when the file was written; its labels are kept beside it. */
  #broken(value: unknown): void {
    const collected = this.#collected
    if (!isObject(value) || typeof value.file_name !== 'string') {
      this.#problem('broken-entry', 'Entries of broken images without a file name: left out', value)
      return
    }
    const uid = textOrNull(value.uid)
    const index = collected.imageIndex(`\0broken ${this.#part ?? ''} ${uid ?? value.file_name}`)
    collected.images[index] = { path: value.file_name, uid, sha256: sha256Of(value.sha256) }
    for (const entry of listOf(value.states)) {
      const key = isObject(entry) ? this.#key(entry.category_id) : undefined
      if (!isObject(entry) || key === undefined || (entry.state !== 'present' && entry.state !== 'absent')) continue
      const state = stateOf(entry.state)
      collected.states.push(index, collected.labelIndex(key), state, this.#provenance(entry))
    }
  }

  #model(value: unknown): void {
    if (!isObject(value) || typeof value.uid !== 'string' || value.uid === '') {
      this.#problem('model-entry', 'Models without an identity: left out', value)
      return
    }
    const collected = this.#collected
    const model = collected.models[collected.modelIndex(value.uid)]
    Object.assign(model, {
      createdAt: timeOf(value.created_at) ?? undefined,
      kind: textOr(value.kind, 'unknown'),
      backbone: textOr(value.backbone, 'unknown'),
      seed: Number.isSafeInteger(value.seed) ? value.seed : null,
      device: textOrNull(value.device),
      metrics: (value.metrics ?? null) as Json,
      labels: listOf(value.category_ids).flatMap((id) => {
        const key = this.#key(id)
        return key === undefined ? [] : [collected.labelIndex(key)]
      }),
    })
  }

  #provenance(value: JsonObject | undefined): Provenance | undefined {
    const source = value?.source
    if (!value || !isSource(source)) return undefined
    const score = value.model_score
    return {
      source,
      decidedAt: timeOf(value.decided_at),
      model: typeof value.model_uid === 'string' ? this.#collected.modelIndex(value.model_uid) : -1,
      score: typeof score === 'number' ? score : null,
      annotator: typeof value.annotator === 'string' ? value.annotator : null,
    }
  }

  #problem(code: string, message: string, value: unknown): void {
    this.#collected.problems.add(code, message, () => shortened(JSON.stringify(value) ?? ''))
  }

  /** What is said of such an id is of either: nothing of it can be trusted. */
  #twice(what: string, id: unknown, first: string, second: string): UserError {
    const name = (text: string) => shortened(text, 60)
    return new UserError(
      'id-twice',
      `Two ${what} have the id ${shortened(String(id), 40)} (${name(first)} and ${name(second)}): ${this.#file}`,
      'An annotation with this id could mean either. Give each an id of its own, and import again.',
    )
  }

  #notCoco(reason: string): UserError {
    return new UserError(
      'not-coco',
      `This isn’t COCO JSON with labels. ${reason}: ${this.#file}`,
      'Choose the file with the annotations.',
    )
  }
}

/** LVIS has no file name, but the address of the image in COCO. */
function pathOfImage(value: JsonObject): string | undefined {
  if (typeof value.file_name === 'string' && value.file_name !== '') return value.file_name
  if (typeof value.coco_url !== 'string') return undefined
  return value.coco_url.split('/').slice(-2).join('/') || undefined
}

function isSource(value: unknown): value is StateSource {
  return value === 'human' || value === 'accepted_suggestion' || value === 'import'
}
