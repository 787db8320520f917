import type { LabelId } from './quantities.ts'

export type ImageStatus = 'ok' | 'missing' | 'broken'

/** Which images, by what the project file alone can tell: every condition that is given must hold. */
export interface StoredFilter {
  status?: readonly ImageStatus[]
  labels?: readonly LabelCondition[]
  /** How many of the labels are known in the image. */
  known?: 'nothing' | 'something' | 'everything'
  /** Words that the path must hold, all of them; case makes no difference. */
  text?: string
  /** This folder and all below it, relative to the root. */
  folder?: string
  /** A state was changed by this `do` of the history. */
  action?: number
}

export interface LabelCondition {
  labelId: LabelId
  is: 'present' | 'absent' | 'unknown' | 'known'
}

/** An order that the project file alone can tell. */
export interface StoredSort {
  by: 'path' | 'added' | 'modified' | 'known'
  descending?: boolean
}
