import type { LabelId } from './quantities.ts'

export type ImageStatus = 'ok' | 'missing' | 'broken'

/** Conditions that the project file can answer by itself; all that are given must hold. */
export interface StoredFilter {
  status?: readonly ImageStatus[]
  labels?: readonly LabelCondition[]
  /** How many of the labels are known in the image. */
  known?: 'nothing' | 'something' | 'everything'
  /** Words that the path must contain, all of them, in any case. */
  text?: string
  /** This folder and everything below it, relative to the root. */
  folder?: string
  /** Images in which this `do` of the history changed a state. */
  action?: number
}

export interface LabelCondition {
  labelId: LabelId
  is: 'present' | 'absent' | 'unknown' | 'known'
}

/** An order that the project file can produce by itself. */
export interface StoredSort {
  by: 'path' | 'added' | 'modified' | 'known'
  descending?: boolean
}
