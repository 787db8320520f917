import type { LabelId } from './quantities.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** A model trained in a project, or named by an import. */
export interface Model {
  id: number
  uid: string
  /** Milliseconds since 1970. */
  createdAt: number
  /** How it was trained: 'linear', 'sst', 'blend' … */
  kind: string
  backbone: string
  seed: number | null
  device: string | null
  metrics: Json
  /** The labels it gives scores for, in the order of its outputs. */
  labelIds: LabelId[]
  /** In the cache folder; null when only its name came with an import. */
  file: string | null
  /** It is the one that suggests. */
  current: boolean
}
