import fc from 'fast-check'
import { expect, test } from 'vitest'
import { betaDistribution, lowerBound, minSampleFor, reaches, upperBound } from '../../src/main/suggestions/binomial.ts'

test('bounds are those of tables', () => {
  // Clopper–Pearson, one-sided 95 %, by SciPy's beta quantiles.
  expect(lowerBound(59, 59)).toBeCloseTo(0.950492390111773, 9)
  expect(lowerBound(3, 7)).toBeCloseTo(0.1287563928042427, 9)
  expect(upperBound(0, 149)).toBeCloseTo(0.019904816220685073, 9)
  expect(lowerBound(9500.5, 10_000.25)).toBeCloseTo(0.9462940048014703, 9)
  expect(lowerBound(57.3, 60.7)).toBeCloseTo(0.8684159630377879, 9)
  expect([lowerBound(0, 0), upperBound(0, 0), lowerBound(0, 5), upperBound(5, 5)]).toEqual([0, 1, 0, 1])
})

test('the least sample that shows a share is the first that does', () => {
  for (const share of [0.8, 0.9, 0.95, 0.98, 0.99]) {
    const least = minSampleFor(share)
    expect(lowerBound(least, least)).toBeGreaterThanOrEqual(share)
    expect(lowerBound(least - 1, least - 1)).toBeLessThan(share)
  }
})

test('a share is reached where the bound is at least as large; one that is right less often has a lower bound', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, part) => {
      const right = Math.round(part * count)
      const bound = lowerBound(right, count)
      expect(bound).toBeLessThanOrEqual(right / count)
      expect(upperBound(right, count)).toBeGreaterThanOrEqual(right / count)
      if (bound > 0.001) expect(reaches(bound - 0.001, right, count)).toBe(true)
      expect(reaches(bound + 0.001, right, count)).toBe(false)
      if (right > 0) expect(lowerBound(right - 1, count)).toBeLessThan(bound)
    }),
  )
})

test('the bound holds of as many samples as it says', () => {
  // P(X ≤ k) of a binomial by summing: the bound of k is below p in at least 95 of 100 samples.
  const [count, p] = [80, 0.93]
  let [holds, term] = [0, (1 - p) ** count]
  for (let right = 0; right <= count; right++) {
    if (lowerBound(right, count) <= p) holds += term
    term *= ((count - right) / (right + 1)) * (p / (1 - p))
  }
  expect(holds).toBeGreaterThanOrEqual(0.95)
  expect(holds).toBeLessThan(0.99)
  expect(betaDistribution(0.5, 2, 2)).toBeCloseTo(0.5, 12)
})
