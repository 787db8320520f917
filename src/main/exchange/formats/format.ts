import type { Collected } from '../read/collected.ts'
import type { Glimpse } from '../read/glimpse.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import type { Setting, Settings } from './settings.ts'

export type { Glimpse }

export interface ReadOptions {
  signal?: AbortSignal
  /** @param share of the file, 0 … 1 */
  onProgress?: (share: number) => void
  /** Answers to the format's questions; what is left out is as usual. */
  settings?: Settings
}

/** What speaks for a format. */
export interface Evidence {
  /** The highest wins; equal ones ask. See `sure`, `likely`, `perhaps`. */
  score: number
  /** Completes “because”: what was seen. */
  because: string
  /** Of a folder: the entries that will be read, of those that may hold labels. @default all of them */
  reads?: (entry: string) => boolean
}

/** No other format has these words. */
export const sure = 3
/** It is laid out as this format is. */
export const likely = 2
/** It could be this as well as anything. */
export const perhaps = 1

export type Place = 'file' | 'folder' | 'file or folder'

/** What a format has words for. Everything has a word for present. */
export interface Says {
  absent: boolean
  /** An image of which nothing is known is told apart from one that has none of the labels. */
  unlabelled: boolean
  /** Who decided, when, and by which model. */
  provenance: 'all' | 'some' | 'none'
  suggestions: boolean
}

/** A format of label sets: one file of this folder, and one line in `formats.ts`. */
export interface Format {
  /** What the command line calls it. */
  id: string
  title: string
  says: Says
  /** In sentences: what it can't say, and what is asked or told because of that. */
  limits: string
  /** How it was checked that others read and write the same. */
  checked: string
  /** With the dot; the first is the usual one. None for a folder. */
  extensions: readonly string[]
  reads?: Place
  writes?: Place
  /**
   * Absolute: the files that are written beside the target; where the target is a folder that others may use, those in it. Without
   * it only the target is written.
   */
  besides?: (target: string, options: Pick<ExportOptions, 'suggestions'>) => readonly string[]
  /** Whether it has a place for the images themselves. @default 'none' */
  images?: 'none' | 'optional' | 'needed'
  /** It is about what the backbone has computed: the source must have it. */
  needsFeatures?: boolean
  /** Questions that reading or writing has to ask. */
  settings?: readonly Setting[]
  /** What speaks for this being one of its own. */
  recognises?: (glimpse: Glimpse) => Evidence | undefined
  /** @param place absolute @throws UserError whatever is wrong with what is there */
  read?: (place: string, options: ReadOptions) => Promise<Collected>
  write?: (source: ExportSource, target: string, options: ExportOptions) => Promise<ExportReport>
}
