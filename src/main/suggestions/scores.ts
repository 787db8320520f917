import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeAtomically } from '../base/files.ts'
import { fileNameOf } from '../base/places.ts'
import type { ImageId, LabelId, Probabilities, Probability } from '../domain/quantities.ts'
import type { Side } from '../domain/state.ts'

/** A model's probabilities for every image and label, as kept in the cache folder. */
export interface Scores {
  /** Ascending, [N] */
  imageIds: Int32Array
  /** [C] */
  labelIds: Int32Array
  /** Calibrated probability of present, 0 … 1; NaN for an image without features. Column-major N×C: label by label. */
  probabilities: Probabilities
}

/**
 * From this confidence, present and absent alike, a suggestion is likely and is put forward; others are merely shown. Whether as
 * many of a label's suggestions are right as this implies is a different question: see `confidentPlaces`.
 */
export const likelyFrom = 0.9

/** An undecided suggestion. */
export interface ScoredPair {
  row: number
  column: number
  probability: number
}

const magic = 'surmise scores 1'
const headerBytes = 24

export function scoresFile(cacheFolder: string, modelUid: string): string {
  return path.join(cacheFolder, 'models', `${fileNameOf(modelUid)}.scores`)
}

/** Writes them atomically. */
export async function writeScores(file: string, { imageIds, labelIds, probabilities }: Scores): Promise<void> {
  const header = Buffer.alloc(headerBytes)
  header.write(magic, 'latin1')
  header.writeUInt32LE(imageIds.length, 16)
  header.writeUInt32LE(labelIds.length, 20)
  await writeAtomically(file, async (handle) => {
    for (const part of [header, imageIds, labelIds, probabilities]) {
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
    }
  })
}

/** The scores of a model, by image and label. */
export class ScoreTable implements Scores {
  readonly imageIds: Int32Array
  readonly labelIds: Int32Array
  readonly probabilities: Float32Array
  readonly #columnOf: Map<number, number>

  constructor({ imageIds, labelIds, probabilities }: Scores) {
    this.imageIds = imageIds
    this.labelIds = labelIds
    this.probabilities = probabilities
    this.#columnOf = new Map(Array.from(labelIds, (id, column) => [id, column]))
  }

  /** @returns undefined if the file is gone or damaged; then the model has to be trained again */
  static async read(file: string): Promise<ScoreTable | undefined> {
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!bytes || bytes.length < headerBytes || bytes.toString('latin1', 0, 16) !== magic) return undefined
    const [images, labels] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20)]
    if (bytes.length !== headerBytes + 4 * (images + labels + images * labels)) return undefined
    // A buffer is copied only if it isn't aligned to 4 bytes, which is rare: a copy of 100,000 images would be slow.
    const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes)
    const start = byteOffset + headerBytes
    return new ScoreTable({
      imageIds: new Int32Array(buffer, start, images),
      labelIds: new Int32Array(buffer, start + 4 * images, labels),
      probabilities: new Float32Array(buffer, start + 4 * (images + labels), images * labels),
    })
  }

  /** The image's row, by binary search, or -1 if it has no scores. */
  rowOf(imageId: ImageId): number {
    let [low, high] = [0, this.imageIds.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      const id = this.imageIds[middle]
      if (id === imageId) return middle
      if (id < imageId) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  /** The label's column, or -1 if the model doesn't know it. */
  columnOf(labelId: LabelId): number {
    return this.#columnOf.get(labelId) ?? -1
  }

  /** NaN if there is no score. */
  at(row: number, column: number): Probability {
    return row < 0 || column < 0 ? Number.NaN : this.probabilities[column * this.imageIds.length + row]
  }

  /** A copy of the probabilities of an image, [C]. */
  row(row: number): Probabilities {
    return Float32Array.from(this.labelIds, (_, column) => this.at(row, column))
  }

  /** Replaces the probabilities of an image. @param probabilities [C] */
  setRow(row: number, probabilities: Float32Array): void {
    probabilities.forEach((p, column) => {
      this.probabilities[column * this.imageIds.length + row] = p
    })
  }

  probability(imageId: ImageId, labelId: LabelId): Probability {
    return this.at(this.rowOf(imageId), this.columnOf(labelId))
  }
}

export function suggestionOf(probability: Probability): Side {
  return probability >= 0.5 ? 'present' : 'absent'
}

/** The probability that a suggestion is right, whichever side it suggests: 0.5 … 1. */
export function confidenceOf(probability: Probability): number {
  return Math.max(probability, 1 - probability)
}

/**
 * All undecided pairs with a score, the most confident first, present and absent alike; ties by image, then by label.
 * @param isUnknown whether the pair is still undecided
 */
export function rankSuggestions(
  scores: ScoreTable,
  isUnknown: (imageId: ImageId, labelId: LabelId) => boolean,
  { likelyOnly = false }: { likelyOnly?: boolean } = {},
): ScoredPair[] {
  const pairs: ScoredPair[] = []
  const rows = scores.imageIds.length
  scores.labelIds.forEach((labelId, column) => {
    for (let row = 0; row < rows; row++) {
      const probability = scores.probabilities[column * rows + row]
      if (Number.isNaN(probability)) continue
      if (likelyOnly && confidenceOf(probability) < likelyFrom) continue
      if (isUnknown(scores.imageIds[row], labelId)) pairs.push({ row, column, probability })
    }
  })
  return pairs.sort(
    (a, b) => confidenceOf(b.probability) - confidenceOf(a.probability) || a.row - b.row || a.column - b.column,
  )
}
