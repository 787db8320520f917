import { UserError } from '../base/errors.ts'
import { schemaName, schemaVersion } from './cocoSchema.ts'
import { Collected } from './collected.ts'
import type { ReadOptions } from './formats.ts'
import { readJson } from './jsonReader.ts'
import { type Json, type StateSource, shortened } from './records.ts'
import type { Provenance } from './stateTable.ts'

type JsonObject = { [key: string]: unknown }

/**
 * Reads COCO JSON, streamed: our own (see COCO.md), LVIS with its verified negatives, and any other that has images and
 * categories. Boxes and regions say that a label is present, however many there are.
 * @throws UserError `not-coco`, `coco-too-new`, and those of `readJson`
 */
export async function readCoco(file: string, options: ReadOptions = {}): Promise<Collected> {
  const reader = new CocoReader(file)
  await readJson(file, (path, value, isElement) => reader.visit(path, value, isElement), {
    ...options,
    streamed: ['images', 'annotations', 'categories', 'info.partial_labels.broken'],
  })
  return reader.finish()
}

class CocoReader {
  readonly #file: string
  readonly #collected = new Collected()
  readonly #sections = new Set<string>()
  #hasNegatives = false
  #captions = 0
  #categories = 0
  #descriptions = new Map<string, string>()

  constructor(file: string) {
    this.#file = file
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
          Array.isArray(value)
            ? 'It is a list, as programs write it for results, and holds no images'
            : 'It holds no images',
        )
      case 'images':
      case 'annotations':
      case 'categories':
        throw this.#notCoco(`Its “${path}” is not a list`)
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
    if (!this.#sections.has('annotations') && !this.#hasNegatives) {
      problems.add('no-annotations', 'The file has no annotations: it says nothing of any image')
    }
    if (this.#captions > 0) {
      problems.add('captions', 'Captions are no labels: left out', `${this.#captions} captions`)
    }
    for (const label of labels) {
      if (label?.uid && this.#descriptions.has(label.uid)) label.description = this.#descriptions.get(label.uid)
    }
    this.#collected.asksForRest = !this.#collected.ours && !this.#hasNegatives
    return this.#collected
  }

  #image(value: unknown): void {
    const collected = this.#collected
    const id = isObject(value) ? keyOf(value.id) : undefined
    const path = isObject(value) ? pathOfImage(value) : undefined
    if (!isObject(value) || id === undefined || path === undefined) {
      this.#problem('image-entry', 'Images without an id or a file name: left out', value)
      return
    }
    const index = collected.imageIndex(id)
    if (collected.images[index]) {
      this.#problem('image-id-twice', 'Images whose id another one has: left out', value)
      return
    }
    const uid = textOrNull(value.uid)
    collected.images[index] = { path, uid, sha256: sha256Of(value.sha256) }
    this.#negatives(index, value)
  }

  /** LVIS's and our verified negatives, and what LVIS leaves open. */
  #negatives(image: number, value: JsonObject): void {
    const provenance = new Map<string | number, JsonObject>()
    if (Array.isArray(value.neg_provenance)) {
      for (const entry of value.neg_provenance) {
        const key = isObject(entry) ? keyOf(entry.category_id) : undefined
        if (key !== undefined) provenance.set(key, entry)
      }
    }
    for (const category of listOf(value.neg_category_ids)) {
      const key = keyOf(category)
      if (key === undefined) {
        this.#problem('negative-entry', 'Entries of neg_category_ids that are no ids: left out', category)
        continue
      }
      this.#hasNegatives = true
      this.#collected.states.push(image, this.#collected.labelIndex(key), -1, this.#provenance(provenance.get(key)))
    }
    for (const category of listOf(value.not_exhaustive_category_ids)) {
      const key = keyOf(category)
      if (key !== undefined) this.#collected.states.push(image, this.#collected.labelIndex(key), 0)
    }
  }

  #annotation(value: unknown): void {
    const entry = isObject(value) ? value : {}
    const [image, category] = [keyOf(entry.image_id), keyOf(entry.category_id)]
    if (category === undefined && typeof entry.caption === 'string') {
      this.#captions++
      return
    }
    if (image === undefined || category === undefined) {
      this.#problem('annotation-entry', 'Annotations without an image or a category: left out', value)
      return
    }
    const { states } = this.#collected
    const provenance = isObject(entry.attributes) ? this.#provenance(entry.attributes) : undefined
    states.push(this.#collected.imageIndex(image), this.#collected.labelIndex(category), 1, provenance)
  }

  #category(value: unknown): void {
    const collected = this.#collected
    const id = isObject(value) ? keyOf(value.id) : undefined
    if (!isObject(value) || id === undefined || typeof value.name !== 'string') {
      this.#problem('category-entry', 'Categories without an id or a name: left out', value)
      return
    }
    const index = collected.labelIndex(id)
    if (collected.labels[index]) {
      this.#problem('category-id-twice', 'Categories whose id another one has: left out', value)
      return
    }
    collected.labels[index] = {
      name: value.name,
      uid: textOrUndefined(value.uid),
      colour: textOrUndefined(value.color),
      key: textOrUndefined(value.key),
      // Annotations may have named it before; what counts is the order in which the categories are listed.
      order: typeof value.order === 'number' ? value.order : this.#categories,
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
    const index = collected.imageIndex(`\0broken ${uid ?? value.file_name}`)
    collected.images[index] = { path: value.file_name, uid, sha256: sha256Of(value.sha256) }
    for (const entry of listOf(value.states)) {
      const key = isObject(entry) ? keyOf(entry.category_id) : undefined
      if (!isObject(entry) || key === undefined || (entry.state !== 'present' && entry.state !== 'absent')) continue
      const state = entry.state === 'present' ? 1 : -1
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
        const key = keyOf(id)
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

  #notCoco(reason: string): UserError {
    return new UserError(
      'not-coco',
      `This is not COCO JSON with labels. ${reason}: ${this.#file}`,
      'Choose the file with the annotations.',
    )
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Ids are numbers; some programs write texts. */
function keyOf(value: unknown): string | number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** LVIS has no file name, but the address of the image in COCO. */
function pathOfImage(value: JsonObject): string | undefined {
  if (typeof value.file_name === 'string' && value.file_name !== '') return value.file_name
  if (typeof value.coco_url !== 'string') return undefined
  return value.coco_url.split('/').slice(-2).join('/') || undefined
}

function sha256Of(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : null
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? null : time
}

function isSource(value: unknown): value is StateSource {
  return value === 'human' || value === 'accepted_suggestion' || value === 'import'
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function textOrUndefined(value: unknown): string | undefined {
  return textOrNull(value) ?? undefined
}

function textOr(value: unknown, other: string): string {
  return textOrNull(value) ?? other
}
