import type { Side } from '../domain/state.ts'
/** What a report shows: plain data. Fractions; null where too little is known. */
export interface ReportContent {
  project: string
  /** The date of the report, as text. */
  writtenAt: string
  version: string
  images: { total: number; ok: number; broken: number; missing: number }
  labels: ReportLabel[]
  /** Pairs of images and labels, of images that can be read. */
  pairs: { present: number; absent: number; unknown: number }
  cooccurrence: ReportCooccurrence
  /** Null without a model. */
  model: ReportModel | null
}

export interface ReportLabel {
  name: string
  colour: string
  present: number
  absent: number
  unknown: number
  averagePrecision: number | null
  /** Undecided pairs for which the model clearly leans one way: `likelyFrom`. */
  likely: { present: number; absent: number } | null
}

/** How labels occur together, as lift, row by row; null where too little is known about a pair. */
export interface ReportCooccurrence {
  names: string[]
  /** The number of labels in the project; the matrix shows those that are present most often. */
  labels: number
  cells: ({ value: number; together: boolean; share: number } | null)[]
}

export interface ReportModel {
  facts: string
  mAP: number | null
  calibrationError: number | null
  heldOut: { present: number; absent: number }
  reliability: { count: number; predicted: number | null; observed: number | null; low: number; high: number }[] | null
  /** By threshold, ascending */
  precisionRecall: { precision: number | null; recall: number }[] | null
  mistakes: ReportPicture[]
  suggestions: { label: string; pictures: ReportPicture[] }[]
}

export interface ReportPicture {
  path: string
  label: string
  probability: number
  /** How it is marked; null for a suggestion. */
  state: Side | null
  /** A WebP image; undefined if the original can't be read. */
  picture: Uint8Array | undefined
}
