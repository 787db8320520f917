import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { UserError } from '../../base/errors.ts'
import { RandomState } from '../../base/random.ts'
import { hashedLabelVectors } from '../../sst/labelVectors.ts'

/**
 * Initial label vectors of a network, [labels, width]: from a file, or hashed (`hashedLabelVectors`).
 * @throws UserError `word-vectors-unreadable`, `word-vectors-foreign`; the signal's reason when cancelled
 */
export async function labelVectors(
  names: readonly string[],
  width: number,
  file?: string,
  signal?: AbortSignal,
): Promise<Float32Array> {
  if (file === undefined) return hashedLabelVectors(names, width)
  const { vectors, missing } = await labelVectorsFrom(file, names, width, signal)
  if (missing.length < names.length) return vectors
  throw new UserError(
    'word-vectors-foreign',
    `${file} contains no words from the label names.`,
    'Use word vectors in the language of the label names, or train without --vectors.',
  )
}

/**
 * Vectors of the label names, w_c of METHOD 1, from a text file of word vectors: a word and its numbers on each line (GloVe, or
 * the text format of word2vec and fastText, which starts with a line of counts). A name of several words gets the mean of their
 * vectors. A word that isn't in the file is split in two (“surfboard”). Names without any known word get a hashed vector.
 * @returns [labels, width] row-major, randomly projected to that width and scaled to unit variance per entry; and the names not found
 * @throws UserError `word-vectors-unreadable`; the signal's reason when cancelled
 */
export async function labelVectorsFrom(
  file: string,
  names: readonly string[],
  width: number,
  signal?: AbortSignal,
): Promise<{ vectors: Float32Array; missing: string[] }> {
  const words = names.map(wordsOf)
  const found = await readVectors(
    file,
    new Set(words.flat().flatMap((word) => [word, ...partsOf(word).flat()])),
    signal,
  )
  const vectors = hashedLabelVectors(names, width)
  const missing: string[] = []
  const project = projectionTo(width)
  names.forEach((name, label) => {
    const some = words[label].flatMap((word) => inVocabulary(word, found))
    if (some.length === 0) missing.push(name)
    else vectors.set(unitVariance(project(meanOf(some))), label * width)
  })
  return { vectors, missing }
}

/** A name's words as vocabularies spell them: in lower case, without punctuation. */
function wordsOf(name: string): string[] {
  const spaced = name.normalize('NFKC').replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
  return spaced.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Shorter parts would be found in any word. */
const shortestPart = 2

function partsOf(word: string): [string, string][] {
  const letters = [...word]
  return letters
    .slice(shortestPart, 1 - shortestPart)
    .map((_, i) => [letters.slice(0, shortestPart + i).join(''), letters.slice(shortestPart + i).join('')])
}

/** The word's vector, or those of its two parts, the most even split first; nothing if there is neither. */
function inVocabulary(word: string, found: ReadonlyMap<string, Float32Array>): Float32Array[] {
  const whole = found.get(word)
  if (whole) return [whole]
  const uneven = ([a, b]: [string, string]): number => Math.abs(a.length - b.length)
  for (const [first, second] of partsOf(word).sort((a, b) => uneven(a) - uneven(b))) {
    const [a, b] = [found.get(first), found.get(second)]
    if (a && b) return [a, b]
  }
  return []
}

async function readVectors(file: string, wanted: ReadonlySet<string>, signal?: AbortSignal) {
  const found = new Map<string, Float32Array>()
  let dimension = 0
  let line = 0
  const stream = createReadStream(file, { encoding: 'utf8', signal })
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++
      const end = text.indexOf(' ')
      if (line === 1 && /^\d+ \d+\s*$/.test(text)) continue
      const word = text.slice(0, end).normalize('NFKC').toLowerCase()
      if (dimension > 0 && (!wanted.has(word) || found.has(word))) continue
      const vector = Float32Array.from(text.slice(end).trim().split(/\s+/), Number)
      if (end < 1 || vector.length < 2 || !vector.every(Number.isFinite)) throw unreadable(file, line)
      if (dimension === 0) dimension = vector.length
      if (vector.length !== dimension) throw unreadable(file, line)
      if (wanted.has(word)) found.set(word, vector)
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof UserError) throw error
    throw new UserError(
      'word-vectors-unreadable',
      `The word vectors can’t be read: ${(error as Error).message}.`,
      'Check the file path, or train without --vectors.',
    )
  } finally {
    stream.destroy()
  }
  if (dimension === 0) throw unreadable(file, 1)
  return found
}

function unreadable(file: string, line: number): UserError {
  return new UserError(
    'word-vectors-unreadable',
    `Line ${line} of ${file} isn’t a word followed by numbers.`,
    'Use a text file of word vectors, such as glove.6B.300d.txt, or train without --vectors.',
  )
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  return vectors[0].map((_, i) => vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length)
}

/** Projects vectors to another width, at random, and scales them: [vectors, width], unit variance per entry. */
export function unitWords(vectors: readonly Float32Array[], width: number): Float32Array {
  const project = projectionTo(width)
  const result = new Float32Array(vectors.length * width)
  vectors.forEach((vector, i) => {
    result.set(unitVariance(project(vector)), i * width)
  })
  return result
}

/** A random projection, the same for every vector, which roughly preserves angles. */
function projectionTo(width: number): (vector: Float32Array) => Float32Array {
  let matrix: Float32Array | undefined
  return (vector) => {
    if (vector.length === width) return vector
    if (!matrix) {
      const random = new RandomState(0)
      matrix = Float32Array.from({ length: width * vector.length }, () => random.normal())
    }
    return Float32Array.from({ length: width }, (_, i) =>
      vector.reduce((sum, value, j) => sum + value * matrix![i * vector.length + j], 0),
    )
  }
}

function unitVariance(vector: Float32Array): Float32Array {
  const square = vector.reduce((sum, value) => sum + value * value, 0) / vector.length
  return square > 0 ? vector.map((value) => value / Math.sqrt(square)) : vector
}
