import { expect, test } from 'vitest'
import { fuzzDamage } from './damageFuzz.ts'

test('whatever stands in a sound database file: it is opened or refused with a sentence, and so is all work with it', async () => {
  const { tried, refusedAtOpening, opened, refused, bugs } = await fuzzDamage({ count: 15, seed: 3 })
  expect(bugs).toEqual([])
  expect(tried).toBe(30)
  expect(Math.min(refusedAtOpening, opened, refused)).toBeGreaterThan(5)
})
