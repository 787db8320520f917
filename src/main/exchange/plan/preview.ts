import type { Known, State } from '../../domain/state.ts'
import type { MatchedBy } from '../match/match.ts'
import type { Problem } from '../records.ts'

/** What an import would do, for a person to look at before anything is written. */
export interface ImportPreview {
  format: string
  /** Written by Surmise: sources, times and identities come with it. */
  ours: boolean
  images: {
    inFile: number
    matched: number
    by: Record<MatchedBy, number>
    unmatched: number
    unmatchedPaths: string[]
    /** Of the unmatched: several images of the project may be meant. */
    ambiguous: number
    ambiguousPaths: string[]
  }
  labels: { name: string; known: boolean; present: number; absent: number }[]
  states: {
    present: number
    absent: number
    /** Unknown in the project until now. */
    fresh: number
    /** Known to be the same. */
    same: number
    /** Known to be the opposite. */
    conflicting: number
  }
  /** What models say in the file, of images of the project; null where it says nothing of the kind. */
  suggestions: { pairs: number; model: string } | null
  /** The first marks, as they would be taken over. */
  rows: PreviewRow[]
  /** The first matched images of the file, as it describes them. */
  first: PreviewImage[]
  /**
   * If the file leaves open whether the rest is absent: so many pairs would become absent in images of which it names a label. Null if
   * that is no question.
   */
  rest: number | null
  /** The same in images that it lists without any label. */
  restEmpty: { images: number; pairs: number } | null
  problems: Problem[]
}

export interface PreviewImage {
  /** As the file calls it, and as the project does. */
  inFile: string
  image: string
  present: string[]
  absent: string[]
}

export interface PreviewRow {
  image: string
  label: string
  state: Known
  /** What the project says of it now. */
  known: State
}
