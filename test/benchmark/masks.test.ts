import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { knownMask } from '../../src/main/benchmark/masks.ts'
import { describeWithShared, sharedPath } from '../shared.ts'

interface MaskFixture {
  first_uniforms: number[]
  known_count: Record<string, number>
  sha256_of_packed_mask: Record<string, string>
}

/** numpy.packbits: eight to a byte, the first in the highest bit. */
function packBits(mask: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(mask.length / 8))
  mask.forEach((bit, i) => {
    packed[i >> 3] |= bit << (7 - (i & 7))
  })
  return packed
}

describeWithShared('masks are those of numpy, bit for bit', ['fixtures/partial_label_masks.json'], () => {
  const fixtures = JSON.parse(readFileSync(sharedPath('fixtures/partial_label_masks.json'), 'utf8'))
  for (const [size, fixture] of Object.entries<MaskFixture>(fixtures)) {
    test(size, () => {
      const [images, labels] = size.split('x').map(Number)
      const random = new RandomState(0)
      expect(fixture.first_uniforms.map(() => random.random())).toEqual(fixture.first_uniforms)
      for (const [known, count] of Object.entries(fixture.known_count)) {
        expect(knownMask(images, labels, Number(known), 0).reduce((sum, bit) => sum + bit, 0)).toBe(count)
      }
      for (const [known, digest] of Object.entries(fixture.sha256_of_packed_mask)) {
        const packed = packBits(knownMask(images, labels, Number(known), 0))
        expect(createHash('sha256').update(packed).digest('hex')).toBe(digest)
      }
    })
  }
})
