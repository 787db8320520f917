import type { StateSource } from '../domain/decision.ts'
import type { ImageStatus } from '../domain/imageFilter.ts'
import type { ImageId, LabelId } from '../domain/quantities.ts'
import type { Known, State } from '../domain/state.ts'

export interface Label {
  id: LabelId
  /** Identifies the label, also in exports and in other copies of the project. */
  uid: string
  name: string
  position: number
  /** #rrggbb */
  colour: string
  /** The shortcut, null for none. */
  key: string | null
  description: string
  /** Whatever has this label also has its parent. */
  parentId: LabelId | null
  /** '' for none. */
  group: string
  /** At most one label of its group per image. */
  exclusive: boolean
  /** Ids of example images. */
  examples: ImageId[]
  /** A removed label keeps its states, so that undo restores both. */
  removed: boolean
  presentCount: number
  absentCount: number
}

/** What somebody said of a pair, in one of the merged copies. */
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
  /** `unknown` clears the state. */
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
  /** File size in bytes. */
  size: number
  mtimeMs: number
  /** Of the whole file, lower-case hexadecimal; null if not known yet. */
  sha256: string | null
  status: ImageStatus
  /** Why the image can't be used; null if it can. */
  problem: { code: string; message: string } | null
  addedAt: number
  /** How many labels, without removed ones, are known to be present or absent. */
  presentCount: number
  absentCount: number
}

/** An entry of the history list. */
export interface Action {
  id: number
  kind: 'do' | 'undo' | 'redo'
  title: string
  at: number
  stateChanges: number
  labelChanges: number
  /** For a `do`: currently undone. */
  undone: boolean
  /** Undone, and can be redone: nothing else has been done since. */
  redoable: boolean
  /** How its pairs were decided; null if it changed labels only. */
  source: StateSource | null
}
