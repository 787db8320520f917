import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { type AskInput, askGains } from '../../src/main/suggestions/askNext.ts'
import { drawAudit, randomOrder, wilsonEstimate } from '../../src/main/suggestions/audit.ts'
import { largestGains } from '../../src/main/suggestions/gains.ts'

/** Images that know nothing of each other, labels that say nothing of each other. */
function alone(probabilities: number[][], states: number[][] = probabilities.map((row) => row.map(() => 0))): AskInput {
  const labels = probabilities[0].length
  return {
    ...{ probabilities: Float32Array.from(probabilities.flat()), states: Int8Array.from(states.flat()), labels },
    near: {
      count: 1,
      places: Int32Array.from(probabilities.keys()),
      similarities: new Float32Array(probabilities.length).fill(1),
    },
    conditional: { predictors: [], weights: new Float32Array(0) },
  }
}

test('the uncertain before the sure, present before absent; the known and the unscored never', () => {
  const gains = askGains(
    alone(
      [[0.5], [0.3], [0.08], [0.01], [0.5], [Number.NaN], [0.97], [0.02], [0.02], [0.02]],
      [[0], [0], [0], [0], [1], [0], [0], [-1], [-1], [-1]],
    ),
  )
  expect([...largestGains(gains, 10)]).toEqual([0, 1, 2, 6, 3])
  expect([gains[4], gains[5], gains[7]]).toEqual([Number.NaN, Number.NaN, Number.NaN])
})

test('of equally uncertain labels the rarer is asked first', () => {
  // Known: the first label is present in one of four, the second in three of four.
  const known = [
    [1, 1],
    [-1, 1],
    [-1, 1],
    [-1, -1],
  ]
  const gains = askGains(alone([...known.map(() => [0.5, 0.5]), [0.6, 0.6]], [...known.map((row) => [...row]), [0, 0]]))
  expect(gains[8]).toBeGreaterThan(gains[9])
})

test('what tells of similar images counts for more, as long as they are unknown', () => {
  const near = {
    count: 2,
    places: Int32Array.of(0, 1, 1, 0, 2, 3, 3, 2),
    similarities: Float32Array.of(1, 0.8, 1, 0.8, 1, -0.1, 1, -0.1),
  }
  const scored = [[0.4], [0.4], [0.4], [0.4]]
  const [similar, , apart] = askGains({ ...alone(scored), near })
  expect(similar / apart).toBeCloseTo(1 + 0.1 * 4 * 0.4 * 0.6)
  const [beside, known] = askGains({ ...alone(scored, [[0], [-1], [0], [0]]), near })
  expect(known).toBeNaN()
  const rates = askGains(alone(scored, [[0], [-1], [0], [0]]))
  expect(beside).toBeCloseTo(rates[0])
})

test('a label that tells of the others of its image counts for more', () => {
  // Label 0 speaks: R + E of label 1 is 1.5; label 1 is silent.
  const conditional = { predictors: [0], weights: Float32Array.of(0, 0, 2, -0.5) }
  const [predictor, silent] = askGains({ ...alone([[0.4, 0.4]]), conditional })
  expect(predictor / silent).toBeCloseTo(1 + 0.1 * 1.5 * 4 * 0.4 * 0.6)
  const [told] = askGains({ ...alone([[0.4, 0.4]], [[0, 1]]), conditional })
  expect(told).toBeCloseTo(askGains(alone([[0.4, 0.4]], [[0, 1]]))[0])
})

test('the largest gains are those that a sort would give', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, Number.NaN, 0.5, 1, 2, 3)), fc.nat(8), (gains, count) => {
      const sorted = gains
        .map((gain, at) => ({ gain, at }))
        .filter(({ gain }) => gain > 0)
        .sort((a, b) => b.gain - a.gain || a.at - b.at)
      expect([...largestGains(Float32Array.from(gains), count)]).toEqual(sorted.slice(0, count).map(({ at }) => at))
    }),
  )
})

test('gains are finite and not negative, whatever is known', () => {
  const pair = fc.record({
    p: fc.oneof(fc.constantFrom(0, 1, Number.NaN), fc.float({ min: 0, max: 1, noNaN: true })),
    state: fc.constantFrom(0, 1, -1),
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(pair, pair), { minLength: 1 }), (images) => {
      const gains = askGains({
        ...alone(
          images.map((row) => row.map(({ p }) => p)),
          images.map((row) => row.map(({ state }) => state)),
        ),
        conditional: { predictors: [1], weights: Float32Array.of(1, -3, 0, 0) },
      })
      const pairs = images.flat()
      gains.forEach((gain, at) => {
        if (pairs[at].state !== 0 || Number.isNaN(pairs[at].p)) expect(gain).toBeNaN()
        else expect(Number.isFinite(gain) && gain >= 0).toBe(true)
      })
    }),
  )
})

test('the interval is Wilson’s', () => {
  // R: binom::binom.confint(c(95, 8, 10, 0), c(100, 10, 10, 10), methods = 'wilson')
  const cases = [
    [95, 100, 0.8882, 0.9785],
    [8, 10, 0.4902, 0.9433],
    [10, 10, 0.7225, 1],
    [0, 10, 0, 0.2775],
  ]
  for (const [right, count, low, high] of cases) {
    const estimate = wilsonEstimate(right, count)
    expect(estimate.share).toBe(right / count)
    expect(estimate.low).toBeCloseTo(low, 3)
    expect(estimate.high).toBeCloseTo(high, 3)
  }
  expect(wilsonEstimate(0, 0)).toEqual({ right: 0, count: 0, share: Number.NaN, low: 0, high: 1 })
})

test('the audit estimates without bias, and its interval holds about as often as it says', () => {
  const random = new RandomState(5)
  const isRight = Array.from({ length: 600 }, (_, i) => i % 12 !== 0)
  const all = Int32Array.from(isRight.keys())
  const truth = isRight.filter(Boolean).length / all.length
  const estimates = Array.from({ length: 400 }, () => {
    const drawn = drawAudit(all, 60, random)
    expect(new Set(drawn).size).toBe(60)
    return wilsonEstimate(drawn.filter((i) => isRight[i]).length, drawn.length)
  })
  const mean = estimates.reduce((sum, { share }) => sum + share, 0) / estimates.length
  expect(Math.abs(mean - truth)).toBeLessThan(0.006)
  const held = estimates.filter(({ low, high }) => low <= truth && truth <= high).length / estimates.length
  expect(held).toBeGreaterThan(0.92)
  expect(drawAudit(all.slice(0, 3), 10, random).toSorted()).toEqual(Int32Array.of(0, 1, 2))
})

test('a random order has every place once, each as likely at its beginning, and stays as it is', () => {
  expect([...randomOrder(50, 3)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect([...randomOrder(50, 3)]).toEqual([...randomOrder(50, 3)])
  const firsts = new Int32Array(5)
  for (let seed = 0; seed < 1000; seed++) for (const place of [...randomOrder(5, seed)].slice(0, 2)) firsts[place]++
  expect(firsts.every((count) => count > 330 && count < 470)).toBe(true)
  // Only what is walked is made.
  const [first] = randomOrder(2 ** 40, 1)
  expect(first).toBeLessThan(2 ** 40)
})
