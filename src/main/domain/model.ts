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
  /** The labels it scores, in the order of its outputs. */
  labelIds: LabelId[]
  /** In the cache folder; null if an import brought only its name. */
  file: string | null
  /** Whether it makes the current suggestions. */
  current: boolean
}
