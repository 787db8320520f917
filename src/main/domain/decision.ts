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
 * Who decided what and when, of every known state of a project, as columns: a project has millions. The states of an image lie
 * together, from `starts` to `ends`, by its id. Those of removed labels are among them. Valid until the next wait.
 */
export interface DecisionColumns {
  /** Every origin that was ever seen. */
  readonly origins: readonly Origin[]
  /** Where the states of an image begin, by image id. */
  readonly starts: Int32Array
  /** Where they end. */
  readonly ends: Int32Array
  /** The label's id; negative where it is absent. */
  readonly signedLabels: Int32Array
  /** The place in `origins`. */
  readonly originAt: Int32Array
  /** Milliseconds since 1970. */
  readonly times: Float64Array
  /** By label id: 1 for those that are not removed. */
  livingLabels(): Uint8Array
}
