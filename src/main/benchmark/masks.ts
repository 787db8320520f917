import { RandomState } from '../base/random.ts'

/**
 * Which of N×C labels stay known: numpy's `RandomState(seed).random((N, C)) < known` (METHOD 1), so masks for a growing
 * share are nested.
 * @returns 1 known, 0 hidden, row-major N×C
 */
export function knownMask(images: number, labels: number, known: number, seed: number): Uint8Array {
  const random = new RandomState(seed)
  return Uint8Array.from({ length: images * labels }, () => (random.random() < known ? 1 : 0))
}
