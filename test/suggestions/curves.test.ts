import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countCooccurrence } from '../../src/main/suggestions/cooccurrence.ts'
import { reliabilityBins, Tally, thresholdSteps } from '../../src/main/suggestions/curves.ts'
import { calibrationError } from '../../src/main/training/measure/metrics.ts'

function tallyOf(pairs: readonly (readonly [probability: number, state: number])[]): Tally {
  const tally = new Tally()
  for (const [probability, state] of pairs) tally.add(probability, state)
  return tally
}

const at = (threshold: number): number => Math.round(threshold * thresholdSteps)

test('precision and recall at a threshold, by hand', () => {
  const tally = tallyOf([
    [0.95, 1],
    [0.9, -1],
    [0.6, 1],
    [0.6, 0],
    [0.3, -1],
    [0.2, 0],
    [0.1, 1],
    [Number.NaN, 1],
    [Number.NaN, 0],
  ])
  expect([tally.present, tally.absent, tally.undecided]).toEqual([3, 2, 2])
  const { precision, recall, undecided } = tally.thresholds()
  const found = (threshold: number) => [precision, recall, undecided].map((of) => of[at(threshold)])
  expect(found(0)).toEqual([3 / 5, 1, 2])
  expect(found(0.1)).toEqual([3 / 5, 1, 2])
  expect(found(0.101)).toEqual([2 / 4, 2 / 3, 2])
  expect(found(0.6)).toEqual([2 / 3, 2 / 3, 1])
  expect(found(0.601)).toEqual([1 / 2, 1 / 3, 0])
  expect(found(0.95)).toEqual([1, 1 / 3, 0])
  // Where nothing would be suggested, there is no precision.
  expect(found(1)).toEqual([Number.NaN, 0, 0])
})

test('reliability, by hand: what is said beside what is so, with the interval of so few', () => {
  const bins = tallyOf([
    [0.7, 1],
    [0.72, 1],
    [0.68, -1],
    [1, 1],
    [0, -1],
    [0.5, 0],
  ]).reliability()
  expect(bins).toHaveLength(reliabilityBins)
  expect(bins[10]).toMatchObject({ count: 3, predicted: expect.closeTo(0.7), observed: expect.closeTo(2 / 3) })
  expect(bins[10].low).toBeLessThan(0.3)
  expect(bins[10].high).toBeGreaterThan(0.9)
  expect(bins.at(-1)).toMatchObject({ count: 1, predicted: 1, observed: 1, to: 1 })
  expect(bins[0]).toMatchObject({ count: 1, predicted: 0, observed: 0, from: 0 })
  expect(bins[7]).toMatchObject({ count: 0, predicted: Number.NaN, observed: Number.NaN, low: 0, high: 1 })
})

test('the curves are those of brute force, whatever the pairs', () => {
  // Thresholds themselves are where rounding would tell.
  const probability = fc.oneof(
    fc.float({ min: 0, max: 1, noNaN: true }),
    fc.nat(thresholdSteps).map((step) => step / thresholdSteps),
  )
  const pair = fc.tuple(probability, fc.constantFrom(1, -1, 0))
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 60 }), fc.nat(thresholdSteps), (pairs, step) => {
      const tally = tallyOf(pairs)
      const { precision, recall, undecided } = tally.thresholds()
      const above = pairs.filter(([p]) => p >= step / thresholdSteps)
      const count = (of: typeof pairs, state: number) => of.filter(([, one]) => one === state).length
      const [right, wrong] = [count(above, 1), count(above, -1)]
      expect(precision[step]).toBe(right / (right + wrong))
      expect(recall[step]).toBe(right / count(pairs, 1))
      expect(undecided[step]).toBe(count(above, 0))
      const known = pairs.filter(([, state]) => state !== 0)
      const error = calibrationError(
        known.map(([p]) => p),
        known.map(([, state]) => state),
      )
      if (known.length === 0) expect(tally.calibrationError()).toBeNaN()
      else expect(tally.calibrationError()).toBeCloseTo(error, 10)
      expect(tally.reliability().reduce((sum, bin) => sum + bin.count, 0)).toBe(known.length)
    }),
  )
})

test('labels that go together are counted where both are known, as one by one', async () => {
  const matrix = fc
    .integer({ min: 1, max: 4 })
    .chain((labels) =>
      fc
        .array(fc.array(fc.constantFrom(1, -1, 0), { minLength: labels, maxLength: labels }), { maxLength: 90 })
        .map((rows) => ({ labels, rows })),
    )
  await fc.assert(
    fc.asyncProperty(matrix, async ({ labels, rows }) => {
      // Not all of them, and not in order.
      const columns = Array.from({ length: labels }, (_, column) => column)
        .reverse()
        .slice(0, 3)
      const counts = await countCooccurrence(Int8Array.from(rows.flat()), labels, columns)
      columns.forEach((a, i) => {
        columns.forEach((b, j) => {
          const known = rows.filter((row) => row[a] !== 0 && row[b] !== 0)
          const place = i * columns.length + j
          expect(counts.known[place]).toBe(known.length)
          expect(counts.first[place]).toBe(known.filter((row) => row[a] === 1).length)
          expect(counts.both[place]).toBe(known.filter((row) => row[a] === 1 && row[b] === 1).length)
        })
      })
    }),
  )
})
