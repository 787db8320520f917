import path from 'node:path'
import { fileNameOf } from '../base/places.ts'
import { ScoreTable, writeScores } from './scores.ts'

/** The expected gain of asking each pair (`askGains`), as one training left it: marks made since then are not in it. */
export interface Gains {
  /** Rising, [N]. */
  imageIds: Int32Array
  /** [C] */
  labelIds: Int32Array
  /** From 0; NaN where the label was known, and for an image without features. Column-major N×C: label by label. */
  gains: Float32Array
}

export function gainsFile(cacheFolder: string, modelUid: string): string {
  return path.join(cacheFolder, 'models', `${fileNameOf(modelUid)}.gains`)
}

/** Writes them whole or not at all, in the format of the scores: one number for every image and label. */
export function writeGains(file: string, { imageIds, labelIds, gains }: Gains): Promise<void> {
  return writeScores(file, { imageIds, labelIds, probabilities: gains })
}

/** @returns undefined if the file is gone or damaged: then the model has to be trained again */
export async function readGains(file: string): Promise<Gains | undefined> {
  const table = await ScoreTable.read(file)
  return table && { imageIds: table.imageIds, labelIds: table.labelIds, gains: table.probabilities }
}

/**
 * The pairs to ask first.
 * @param gains any numbers; those that are not positive are never asked
 * @returns the places of the largest, at most so many, the largest first; of equal ones the earlier first
 */
export function largestGains(gains: Float32Array, count: number): Int32Array {
  const positive = gains.filter((gain) => gain > 0).sort()
  if (positive.length === 0 || count <= 0) return new Int32Array(0)
  const least = positive[Math.max(0, positive.length - count)]
  const places: number[] = []
  for (let at = 0; at < gains.length; at++) if (gains[at] >= least) places.push(at)
  return Int32Array.from(places.sort((a, b) => gains[b] - gains[a] || a - b).slice(0, count))
}
