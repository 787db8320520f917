import { RandomState } from '../base/random.ts'

/**
 * Which of N×C labels stay known: NumPy's `RandomState(seed).random((N, C)) < known` (METHOD 1), so that the masks of growing
 * shares are nested.
 * @returns 1 known, 0 hidden, row-major N×C
 */
export function knownMask(images: number, labels: number, known: number, seed: number): Uint8Array {
  const random = new RandomState(seed)
  return Uint8Array.from({ length: images * labels }, () => (random.random() < known ? 1 : 0))
}

/** Like numpy.packbits: eight to a byte, the first in the highest bit. */
export function packBits(mask: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(mask.length / 8))
  mask.forEach((bit, i) => {
    packed[i >> 3] |= bit << (7 - (i & 7))
  })
  return packed
}
