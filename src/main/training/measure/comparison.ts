import { RandomState } from '../../base/random.ts'
import { State, targetOf } from '../../domain/state.ts'
import type { ScoreTable } from '../../suggestions/scores.ts'
import { meanOf } from './metrics.ts'

/** A project's known labels at the moment. */
export interface Known {
  /** The image of each row, [N] */
  imageIds: readonly number[]
  /** The label of each column, [C] */
  labelIds: readonly number[]
  /** y, row-major N×C: 1 present, -1 absent, 0 unknown */
  states: Int8Array
}

/** The previous model compared with the new one. */
export interface Comparison {
  /** How many of the project's labels each has learnt. */
  labels: { before: number; after: number }
  /** Mean average precision of both on the same held-out labels, fractions; null if there was nothing to compare. */
  mAP: { before: number; after: number; labels: number; entries: number } | null
  /** Whether the new model isn't worse, and so may replace the previous one. */
  replaces: boolean
}

/** Differences below half a point don't count, however certain. */
const minDifference = 0.005
/** The new model counts as worse if it is behind in this share of the resamples. */
const confidence = 0.95
const resamples = 200
/** Entries read over all resamples; it bounds the time to about a second. */
const maxVisits = 2e8

/**
 * Whether a new model may replace the previous one.
 *
 * The model that has learnt more labels wins: a label without suggestions helps nobody. With equal numbers, both are compared on the
 * same entries: all that are known now and scored by both. No score comes from a model that was trained on the entry: entries known at
 * a model's training are cross-fitted (see `fineTune`), and later ones it has never seen. The new model is worse if its mean average
 * precision, over the labels with known positives and negatives, is behind by more than noise: by half a point, and in 95 % of the
 * resamples of the images (paired bootstrap).
 */
export function compareModels(before: ScoreTable, after: ScoreTable, known: Known): Comparison {
  const learnt = (table: ScoreTable): number => known.labelIds.filter((id) => table.columnOf(id) >= 0).length
  const labels = { before: learnt(before), after: learnt(after) }
  const ranked = rankedLabels(before, after, known)
  if (ranked.length === 0) return { labels, mAP: null, replaces: labels.after >= labels.before }
  const all = new Uint8Array(known.imageIds.length).fill(1)
  const entries = ranked.reduce((sum, { before }) => sum + before.length, 0)
  const mAP = { ...meanPrecisions(ranked, all), labels: ranked.length, entries }
  const worse = mAP.after < mAP.before - minDifference && isSignificantlyBehind(ranked, known.imageIds.length, entries)
  return { labels, mAP, replaces: labels.after === labels.before ? !worse : labels.after > labels.before }
}

/** The rows of a label's known entries as ranked by both models, most probable first. */
interface RankedLabel {
  before: Int32Array
  after: Int32Array
  /** By row: 1 if present. */
  present: Uint8Array
}

function rankedLabels(before: ScoreTable, after: ScoreTable, { imageIds, labelIds, states }: Known): RankedLabel[] {
  const rowsIn = (table: ScoreTable): Int32Array => Int32Array.from(imageIds, (id) => table.rowOf(id))
  const rows = { before: rowsIn(before), after: rowsIn(after) }
  return labelIds.flatMap((id, label) => {
    const columns = { before: before.columnOf(id), after: after.columnOf(id) }
    const entries: { row: number; before: number; after: number }[] = []
    const present = new Uint8Array(imageIds.length)
    let positives = 0
    for (let row = 0; row < imageIds.length; row++) {
      const state = states[row * labelIds.length + label]
      if (state === State.unknown) continue
      const scores = {
        before: before.at(rows.before[row], columns.before),
        after: after.at(rows.after[row], columns.after),
      }
      if (Number.isNaN(scores.before) || Number.isNaN(scores.after)) continue
      entries.push({ row, ...scores })
      present[row] = targetOf(state)
      positives += present[row]
    }
    if (positives === 0 || positives === entries.length) return []
    const order = (by: 'before' | 'after'): Int32Array =>
      Int32Array.from(
        entries.toSorted((a, b) => b[by] - a[by] || a.row - b.row),
        ({ row }) => row,
      )
    return [{ before: order('before'), after: order('after'), present }]
  })
}

function isSignificantlyBehind(ranked: readonly RankedLabel[], images: number, entries: number): boolean {
  const random = new RandomState(0)
  const rounds = Math.max(20, Math.min(resamples, Math.floor(maxVisits / entries)))
  let behind = 0
  for (let round = 0; round < rounds; round++) {
    const drawn = new Uint8Array(images)
    for (let i = 0; i < images; i++) drawn[random.integer(images)]++
    const { before, after } = meanPrecisions(ranked, drawn)
    if (after < before) behind++
  }
  return behind >= confidence * rounds
}

/** @param drawn how often each image counts, [N] */
function meanPrecisions(ranked: readonly RankedLabel[], drawn: Uint8Array): { before: number; after: number } {
  return {
    before: meanOf(ranked.map(({ before, present }) => drawnPrecision(before, present, drawn))),
    after: meanOf(ranked.map(({ after, present }) => drawnPrecision(after, present, drawn))),
  }
}

/** Average precision (see `averagePrecision`) of ranked rows, each counted as often as it was drawn; NaN without a positive. */
function drawnPrecision(order: Int32Array, present: Uint8Array, drawn: Uint8Array): number {
  let [seen, positives, sum] = [0, 0, 0]
  for (const row of order) {
    const times = drawn[row]
    seen += times
    if (present[row] === 0 || times === 0) continue
    positives += times
    sum += (times * positives) / seen
  }
  return sum / positives
}
