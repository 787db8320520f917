import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IsoTimes } from '../../src/main/exchange/write/isoTimes.ts'

test('the same texts as Date writes', () => {
  const times = new IsoTimes()
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: -8.64e15, max: 8.64e15 }),
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: -1e6, max: 1e6 }),
      ),
      (time) => {
        expect(times.textOf(time)).toBe(new Date(time).toISOString())
      },
    ),
    { numRuns: 5000 },
  )
})
