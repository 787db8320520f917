import { expect, test } from 'vitest'
import { knownMask, packBits } from '../../src/main/benchmark/masks.ts'

test('masks for growing shares are nested', () => {
  const [few, many] = [knownMask(50, 7, 0.2, 3), knownMask(50, 7, 0.6, 3)]
  expect(few.length).toBe(350)
  expect(few.every((bit, i) => bit <= many[i])).toBe(true)
  const known = many.reduce((sum, bit) => sum + bit, 0)
  expect(known).toBeGreaterThan(few.reduce((sum, bit) => sum + bit, 0))
})

test('bits are packed with the first in the highest place', () => {
  expect([...packBits(Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 1, 0, 1))]).toEqual([0b10000011, 0b01000000])
})
