import { type Json, ProblemList } from '../records.ts'
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
  /** The file says that nobody has looked at it yet: what it doesn't mention is unknown, whatever it is elsewhere. */
  unlabelled?: boolean
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
  readonly problems = new ProblemList()
  /** Written by Surmise: what it says of sources, times and identities counts. */
  ours = false
  /** Not of Surmise, but its annotators are to be kept. */
  keepsAnnotators = false
  /** The format, or this file, can't say absent: whether the rest is absent is to be asked. */
  asksForRest = false
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
