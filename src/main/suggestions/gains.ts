import path from 'node:path'
import { fileNameOf } from '../base/places.ts'
import { ScoreTable, writeScores } from './scores.ts'

/** The expected gain of asking about each pair (`askGains`) at the time of training; later marks aren't taken into account. */
export interface Gains {
  /** Ascending, [N] */
  imageIds: Int32Array
  /** [C] */
  labelIds: Int32Array
  /** At least 0; NaN where the label was known or the image has no features. Column-major N×C: label by label. */
  gains: Float32Array
}

export function gainsFile(cacheFolder: string, modelUid: string): string {
  return path.join(cacheFolder, 'models', `${fileNameOf(modelUid)}.gains`)
}

/** Writes them atomically, in the format of scores: one number for each image and label. */
export function writeGains(file: string, { imageIds, labelIds, gains }: Gains): Promise<void> {
  return writeScores(file, { imageIds, labelIds, probabilities: gains })
}

/** @returns undefined if the file is gone or damaged; then the model has to be trained again */
export async function readGains(file: string): Promise<Gains | undefined> {
  const table = await ScoreTable.read(file)
  return table && { imageIds: table.imageIds, labelIds: table.labelIds, gains: table.probabilities }
}

/**
 * The pairs to ask about first.
 * @param gains pairs whose gain isn't positive are never asked about
 * @returns indices of the largest gains, at most `count`, in descending order; ties in the given order
 */
export function largestGains(gains: Float32Array, count: number): Int32Array {
  const positive = gains.filter((gain) => gain > 0).sort()
  if (positive.length === 0 || count <= 0) return new Int32Array(0)
  const least = positive[Math.max(0, positive.length - count)]
  const places: number[] = []
  for (let at = 0; at < gains.length; at++) if (gains[at] >= least) places.push(at)
  return Int32Array.from(places.sort((a, b) => gains[b] - gains[a] || a - b).slice(0, count))
}
