import { createHash } from 'node:crypto'
import { RandomState } from '../base/random.ts'

/**
 * A vector for each label name, w_c of METHOD 1, if there are no word vectors: the sum of pseudo-random vectors of the name's
 * character 3-grams, so that names with common parts get similar vectors. Unit variance per entry.
 * @returns [labels, width] row-major
 */
export function hashedLabelVectors(names: readonly string[], width: number): Float32Array {
  const vectors = new Float32Array(names.length * width)
  names.forEach((name, label) => {
    const grams = characterGrams(name)
    for (const gram of grams) {
      const random = new RandomState(createHash('sha256').update(gram).digest().readUInt32LE(0))
      for (let i = 0; i < width; i++) vectors[label * width + i] += random.normal() / Math.sqrt(grams.length)
    }
  })
  return vectors
}

function characterGrams(name: string): string[] {
  const text = [...` ${name.normalize('NFKC').toLowerCase()} `]
  return Array.from({ length: Math.max(1, text.length - 2) }, (_, i) => text.slice(i, i + 3).join(''))
}
