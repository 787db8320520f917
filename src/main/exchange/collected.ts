import { type Json, ProblemList } from './records.ts'
import { StateTable } from './stateTable.ts'

/** An image as a file tells of it. */
export interface FileImage {
  path: string
  uid: string | null
  sha256: string | null
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
  readonly problems = new ProblemList()
  /** Written by Surmise: what it says of sources, times and identities counts. */
  ours = false
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
