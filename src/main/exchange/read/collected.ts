import type { Json } from '../../domain/model.ts'
import { ProblemList } from '../records.ts'
import { PredictionTable } from './predictions.ts'
import { StateTable } from './stateTable.ts'

/** An image as a file tells of it. */
export interface FileImage {
  path: string
  uid: string | null
  sha256: string | null
  /** Other paths that may be meant, the likeliest first. */
  otherPaths?: readonly string[]
  /** `path` comes without the extension. */
  stem?: boolean
  /** Its writer drops folders: where the project has several images of its name, the path doesn't tell which is meant. */
  flat?: boolean
  /** The file says that nobody has looked at it yet: what it doesn't mention is unknown, whatever it is elsewhere. */
  unlabelled?: boolean
  /** The file says in so many words that it has none of the labels. */
  none?: boolean
  /** Absolute, where the image itself is at hand: it can be known by its content. */
  file?: string
}

/** A label as a file tells of it; what it doesn't say is undefined. */
export interface FileLabel {
  name: string
  uid?: string
  colour?: string
  key?: string
  description?: string
  /** Its place; the file's own order where it has none. */
  order?: number
  /** Of the file, where several are read as one: each may list the same label. */
  part?: number
}

/** A model that a file names. */
export interface FileModel {
  uid: string
  createdAt?: number
  kind: string
  backbone: string
  seed: number | null
  device: string | null
  metrics: Json
  /** Indexes of labels. */
  labels: number[]
}

/**
 * Everything that a file says, whatever its format. Sections may come in any order: what is referred to before it is told
 * has its place already, and is empty until then.
 */
export class Collected {
  readonly images: (FileImage | undefined)[] = []
  readonly labels: (FileLabel | undefined)[] = []
  readonly models: FileModel[] = []
  readonly states = new StateTable()
  /** What models say in the file: suggestions, not states. */
  readonly predictions = new PredictionTable()
  /** The same of further models that it names. */
  readonly otherPredictions: PredictionTable[] = []
  /** Labels that only some of an image's annotators chose: present as long as silence says nothing. Image and label of each. */
  readonly disputed: [image: number, label: number][] = []
  readonly problems = new ProblemList()
  /** Written by Surmise: what it says of sources, times and identities counts. */
  ours = false
  /** Not of Surmise, but its annotators are to be kept. */
  keepsAnnotators = false
  /** Absolute: where it was read. Images that it names may lie there. */
  place?: string
  /** The format, or this file, can't say absent: whether the rest is absent is to be asked. */
  asksForRest = false
  /** Images of which something couldn't be understood: what the file doesn't mention of them is never absent. By their indexes. */
  readonly leftOpen = new Set<number>()
  readonly #imageIndex = new Map<string | number, number>()
  readonly #labelIndex = new Map<string | number, number>()
  readonly #modelIndex = new Map<string, number>()

  /** @param key what the file calls it by */
  imageIndex(key: string | number): number {
    return place(this.#imageIndex, this.images, key)
  }

  labelIndex(key: string | number): number {
    return place(this.#labelIndex, this.labels, key)
  }

  /** Of an image that the file calls by its path, and says no more of. */
  imageOf(path: string, facts: Partial<FileImage> = {}): number {
    const index = this.imageIndex(path)
    this.images[index] ??= { path, uid: null, sha256: null, ...facts }
    return index
  }

  /** Of a label that the file calls by its name. */
  labelOf(name: string): number {
    const index = this.labelIndex(name)
    this.labels[index] ??= { name }
    return index
  }

  /** Of a model that may only be named by states. */
  modelIndex(uid: string): number {
    let index = this.#modelIndex.get(uid)
    if (index === undefined) {
      const unknown = { uid, kind: 'unknown', backbone: 'unknown', seed: null, device: null, metrics: null, labels: [] }
      index = this.models.push(unknown) - 1
      this.#modelIndex.set(uid, index)
    }
    return index
  }

  /**
   * What is referred to and never told may be written with other zeroes in front ("000012" and 12): where one alone answers to that,
   * it is meant.
   */
  joinPaddedKeys(): void {
    const images = paddedTwins(this.#imageIndex, this.images)
    const labels = paddedTwins(this.#labelIndex, this.labels)
    if (images.size > 0 || labels.size > 0) this.states.redirect(images, labels)
  }

  /** The table of a model, by what the file calls it. */
  predictionsOf(model: string): PredictionTable {
    if (this.predictions.model === '') this.predictions.model = model
    const known = this.allPredictions().find((table) => table.model === model)
    if (known) return known
    const table = new PredictionTable()
    table.model = model
    this.otherPredictions.push(table)
    return table
  }

  allPredictions(): PredictionTable[] {
    return [this.predictions, ...this.otherPredictions]
  }

  /** What the file calls its images, with their indexes. */
  imageKeys(): Iterable<[string | number, number]> {
    return this.#imageIndex
  }

  labelKeys(): Iterable<[string | number, number]> {
    return this.#labelIndex
  }
}

function place<T>(indexes: Map<string | number, number>, items: (T | undefined)[], key: string | number): number {
  let index = indexes.get(key)
  if (index === undefined) {
    index = items.push(undefined) - 1
    indexes.set(key, index)
  }
  return index
}

/** Of those that were never told, by their indexes, the one that differs by zeroes in front. Their keys are forgotten. */
function paddedTwins(indexes: Map<string | number, number>, items: readonly unknown[]): Map<number, number> {
  const twins = new Map<number, number>()
  const open = [...indexes].filter(([, index]) => items[index] === undefined)
  if (open.length === 0) return twins
  const told = new Map<string, number>()
  for (const [key, index] of indexes) {
    if (items[index] === undefined) continue
    const plain = withoutZeroes(key)
    told.set(plain, told.has(plain) ? -1 : index)
  }
  for (const [key, index] of open) {
    const twin = told.get(withoutZeroes(key)) ?? -1
    if (twin < 0) continue
    twins.set(index, twin)
    indexes.delete(key)
  }
  return twins
}

/** Of several files read as one, the number of the file stands before the id. */
function withoutZeroes(key: string | number): string {
  return String(key).replace(/^((?:\d+ )?)0+(?=\d+$)/, '$1')
}
