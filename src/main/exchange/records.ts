import { shortened } from '../base/errors.ts'
import type { StateSource } from '../domain/decision.ts'
import type { Model } from '../domain/model.ts'
import type { Known } from '../domain/state.ts'

/*
 * What formats read and write, free of any database and of any format. `project/` happens to have rows of the same shape:
 * `app/` passes them as they are.
 */

/** A label, in the order of the project. */
export interface LabelRecord {
  id: number
  /** The identity of the label, in every copy of the project. */
  uid: string
  name: string
  /** #rrggbb */
  colour: string
  key: string | null
  description: string
  /** The label, or the group of labels, that it is a kind of; '' for none. */
  supercategory: string
  /** Images in which it is known to be present. */
  presentCount: number
}

/** A known state. Unknown is no record. */
export interface StateRecord {
  labelId: number
  state: Known
  source: StateSource
  /** Milliseconds since 1970. */
  decidedAt: number
  modelId: number | null
  score: number | null
  annotator: string | null
}

export interface ImageRecord {
  /** Positive, and the same at every export. */
  id: number
  uid: string
  /** Relative to the images' root, forward slashes, Unicode as on disk. */
  path: string
  /** Upright pixels. */
  width: number
  height: number
  /** EXIF's 1 … 8. */
  orientation: number
  sha256: string | null
  /** Why it can't be read; null when it can. */
  problem: { code: string; message: string } | null
}

/** Of a model, what an export can tell. */
export interface ModelRecord extends Omit<Model, 'labelIds' | 'file' | 'current'> {
  labelIds: readonly number[]
}

export interface ImageQuery {
  /** Those that can be read, or those that can't. */
  readable: boolean
  states: 'all' | 'present' | 'absent' | 'none'
}

export interface ImageWithStates {
  image: ImageRecord
  states: readonly StateRecord[]
}

export interface SuggestionRecord {
  image: ImageRecord
  labelId: number
  /** That the label is present, 0 … 1. */
  probability: number
}

/** What a backbone has computed for images, one vector each. */
export interface FeatureSource {
  backbone: string
  dimension: number
  images: readonly Pick<ImageRecord, 'id' | 'path'>[]
  /** @param rows places in `images` @returns rows × dimension */
  read: (rows: readonly number[]) => Promise<Float32Array<ArrayBuffer>>
}

/** What an export reads, streamed: nothing here grows with the number of images. */
export interface ExportSource {
  project: {
    uuid: string
    name: string
    /** The last part of the path to the images' root. */
    imageFolder: string
    /** When labels or states last changed: the same content gives the same bytes. */
    changedAt: number
  }
  /** In their order. */
  labels: readonly LabelRecord[]
  models: readonly ModelRecord[]
  /** In the order of the ids. Walked several times; every time the same. */
  images: (query: ImageQuery) => Iterable<ImageWithStates> | AsyncIterable<ImageWithStates>
  /** Undecided suggestions for images that can be read. Only asked for when they are wanted. */
  suggestions?: () => Iterable<SuggestionRecord> | AsyncIterable<SuggestionRecord>
  /** Cached features; undefined where there are none, or they are not asked for. */
  features?: FeatureSource
}

export interface ExportOptions {
  appVersion: string
  /** Names a part of the data in formats that have parts. @default 'default' */
  split?: string
  /** Copies or links an image to where the format wants it. Without it no images are placed. */
  placeImage?: (image: ImageRecord, destination: string) => Promise<void>
  /** Undecided suggestions too, in a file of their own, where the format can. */
  suggestions?: boolean
  /** Only images of which every label is known: for formats that have no word for unknown. */
  complete?: boolean
  /** Answers to the format's questions. */
  settings?: Readonly<Record<string, string>>
  /** A folder that is an earlier export may be replaced, with all that is in it. @default false */
  replaceFolder?: boolean
  signal?: AbortSignal
  /** @param done images so far, over all walks; it may be called often */
  onProgress?: (done: number) => void
}

export interface ExportReport {
  /** Absolute. */
  files: string[]
  images: number
  present: number
  absent: number
  /** Images that can't be read. */
  unreadable: number
  suggestions: number
  warnings: Problem[]
}

/** Something that was not as it should be, with how often, and where it was seen first. */
export interface Problem {
  /** Stable, kebab-case. */
  code: string
  message: string
  count: number
  examples: string[]
}

const examplesKept = 20

/** Problems by kind: a file with a million of them is still told in a few lines. */
export class ProblemList {
  readonly #problems = new Map<string, Problem>()

  /** @param example where; as a function it is only asked for while examples are still kept */
  add(code: string, message: string, example?: string | (() => string), count = 1): void {
    let problem = this.#problems.get(code)
    if (!problem) {
      problem = { code, message, count: 0, examples: [] }
      this.#problems.set(code, problem)
    }
    problem.count += count
    if (example === undefined || problem.examples.length >= examplesKept) return
    problem.examples.push(shortened(typeof example === 'string' ? example : example()))
  }

  copy(): ProblemList {
    const copy = new ProblemList()
    for (const [code, problem] of this.#problems)
      copy.#problems.set(code, { ...problem, examples: [...problem.examples] })
    return copy
  }

  list(): Problem[] {
    return [...this.#problems.values()]
  }
}
