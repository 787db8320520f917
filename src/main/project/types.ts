import type { StateSource } from '../domain/decision.ts'
import type { ImageStatus } from '../domain/imageFilter.ts'
import type { ImageId, LabelId } from '../domain/quantities.ts'
import type { Known, State } from '../domain/state.ts'

export interface Label {
  id: LabelId
  /** The identity of the label, also in exports and in other copies of the project. */
  uid: string
  name: string
  position: number
  /** #rrggbb */
  colour: string
  /** The shortcut, null for none. */
  key: string | null
  description: string
  /** Whoever has this label has its parent too. */
  parentId: LabelId | null
  /** '' for none. */
  group: string
  /** No image has two labels of its group. */
  exclusive: boolean
  /** Ids of images that show what is meant. */
  examples: ImageId[]
  /** A removed label keeps its states: undo brings both back. */
  removed: boolean
  presentCount: number
  absentCount: number
}

/** What somebody said of a label of an image, in one of the copies that were joined. */
export interface Statement {
  /** The name of the copy. */
  origin: string
  state: Known
  source: StateSource
  /** Milliseconds since 1970. */
  decidedAt: number
  annotator: string | null
}

export interface StateChange {
  imageId: ImageId
  labelId: LabelId
  /** `unknown` takes the state away. */
  state: State
  /** @default 'human' */
  source?: StateSource
  /** @default the time of the action */
  decidedAt?: number
  modelId?: number | null
  score?: number | null
  annotator?: string | null
}

export interface Image {
  id: ImageId
  uid: string
  /** Relative to the images' root, forward slashes, Unicode as on disk. */
  path: string
  /** Upright pixels: after the orientation. 0 while the image has never been readable. */
  width: number
  height: number
  /** EXIF's 1 … 8. */
  orientation: number
  /** Of the file, in bytes. */
  size: number
  mtimeMs: number
  /** Of the whole file, lower-case hexadecimal; null while not known. */
  sha256: string | null
  status: ImageStatus
  /** Why the image can't be used; null when it can. */
  problem: { code: string; message: string } | null
  addedAt: number
  /** How many labels (removed ones aside) are known to be present or absent. */
  presentCount: number
  absentCount: number
}

/** What the history lists. */
export interface Action {
  id: number
  kind: 'do' | 'undo' | 'redo'
  title: string
  at: number
  stateChanges: number
  labelChanges: number
  /** Of a `do`: it is taken back at the moment. */
  undone: boolean
  /** Taken back, and can be done again: nothing else was done since. */
  redoable: boolean
  /** What decided its pairs; null where it changed labels only. */
  source: StateSource | null
}
