import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeAtomically } from '../base/files.ts'
import { fileNameOf } from '../base/places.ts'
import type { ImageId, LabelId, Probabilities, Probability } from '../domain/quantities.ts'
import type { Side } from '../domain/state.ts'

/** Probabilities of one model for every image and label, as they are kept in the cache folder. */
export interface Scores {
  /** Rising, [N]. */
  imageIds: Int32Array
  /** [C] */
  labelIds: Int32Array
  /** That the label is present, calibrated, 0 … 1; NaN for an image without features. Column-major N×C: label by label. */
  probabilities: Probabilities
}

/**
 * A suggestion is put forward when it is this sure, present and absent alike; the others are only told. Whether as many of a label are
 * right as this says is another matter: see `confidentPlaces`.
 */
export const likelyFrom = 0.9

/** A suggestion that nobody has decided on. */
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

/** Writes them whole or not at all. */
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

  /** @returns undefined if the file is gone or damaged: then the model has to be trained again */
  static async read(file: string): Promise<ScoreTable | undefined> {
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!bytes || bytes.length < headerBytes || bytes.toString('latin1', 0, 16) !== magic) return undefined
    const [images, labels] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20)]
    if (bytes.length !== headerBytes + 4 * (images + labels + images * labels)) return undefined
    // Numbers begin where the machine wants them to: most often they do, and 100,000 images are not copied.
    const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes)
    const start = byteOffset + headerBytes
    return new ScoreTable({
      imageIds: new Int32Array(buffer, start, images),
      labelIds: new Int32Array(buffer, start + 4 * images, labels),
      probabilities: new Float32Array(buffer, start + 4 * (images + labels), images * labels),
    })
  }

  /** -1 if the image has no scores. Binary search: the ids rise. */
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

  /** -1 if the model does not know the label. */
  columnOf(labelId: LabelId): number {
    return this.#columnOf.get(labelId) ?? -1
  }

  /** NaN where the model says nothing. */
  at(row: number, column: number): Probability {
    return row < 0 || column < 0 ? Number.NaN : this.probabilities[column * this.imageIds.length + row]
  }

  /** A copy of the probabilities of an image, [C]. */
  row(row: number): Probabilities {
    return Float32Array.from(this.labelIds, (_, column) => this.at(row, column))
  }

  /** Puts others in their place, [C]. */
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

/** How sure a suggestion is, of whatever it suggests: 0.5 … 1. */
export function confidenceOf(probability: Probability): number {
  return Math.max(probability, 1 - probability)
}

/**
 * Every unknown pair with a score, the most confident first, present and absent alike; of equally confident ones the one of
 * the earlier image, then of the earlier label.
 * @param isUnknown whether nobody has decided on this pair yet
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
