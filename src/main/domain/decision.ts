import type { LabelId } from './quantities.ts'
import type { Known } from './state.ts'

/** Who decided: a person, a person who accepted a suggestion, or a file that was imported. */
export type StateSource = 'human' | 'accepted_suggestion' | 'import'

/** Where a decision comes from. */
export interface Origin {
  source: StateSource
  annotator: string | null
  /** The model whose suggestion was accepted or rejected. */
  modelId: number | null
}

/** A known state with where it came from. */
export interface KnownState {
  labelId: LabelId
  state: Known
  source: StateSource
  /** Milliseconds since 1970. */
  decidedAt: number
  /** The model whose suggestion was accepted, with its probability. */
  modelId: number | null
  score: number | null
  annotator: string | null
}

/**
 * Who decided each known state of a project, and when. As columns, since there may be millions. The states of an image lie together,
 * from `starts` to `ends`, and include those of removed labels. Valid until the next await.
 */
export interface DecisionColumns {
  /** All distinct origins. */
  readonly origins: readonly Origin[]
  /** The index of an image's first state, by image id. */
  readonly starts: Int32Array
  /** The index after its last. */
  readonly ends: Int32Array
  /** The label's id, negated if absent. */
  readonly signedLabels: Int32Array
  /** An index into `origins`. */
  readonly originAt: Int32Array
  /** Milliseconds since 1970. */
  readonly times: Float64Array
  /** By label id: 1 unless removed. */
  livingLabels(): Uint8Array
}
