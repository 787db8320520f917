import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { logistic } from '../../src/main/suggestions/logistic.ts'
import { estimateShift, priorShifts } from '../../src/main/suggestions/priorShift.ts'
import { fitSuggester, forUnknown, suggestionProbabilities } from '../../src/main/suggestions/suggester.ts'

/**
 * Scores of two normal distributions, 2 apart: log odds of present are 2 (x - 1) + logit(share of present among the known).
 * @returns calibrated for the known entries, of unknown entries of which another share is present
 */
function probabilitiesOf(unknown: number, share: number, known: number, random: RandomState): Float32Array {
  return Float32Array.from({ length: unknown }, () => {
    const x = (random.random() < share ? 2 : 0) + normal(random)
    return logistic(2 * (x - 1) + Math.log(known / (1 - known)))
  })
}

const normal = (random: RandomState): number =>
  Math.sqrt(-2 * Math.log(1 - random.random())) * Math.cos(2 * Math.PI * random.random())

const logit = (p: number): number => Math.log(p / (1 - p))

test('the share of present among the unknown entries is found by their scores', () => {
  const random = new RandomState(1)
  for (const share of [0.02, 0.1, 0.4, 0.8]) {
    const { shift, error } = estimateShift(probabilitiesOf(4_000, share, 0.5, random), 200, 200)
    expect(error).toBeLessThan(0.7)
    expect(Math.abs(shift - logit(share))).toBeLessThan(0.5)
  }
})

test('nothing is said of a label without unknown entries, or without both sides', () => {
  const none = { shift: 0, error: Number.POSITIVE_INFINITY }
  expect(estimateShift([], 10, 10)).toEqual(none)
  expect(estimateShift([0.4], 0, 10)).toEqual(none)
  expect(estimateShift([0.4], 10, 0)).toEqual(none)
  expect(priorShifts([none, none])).toEqual([0, 0])
  // Scores that are all certain are no reason for a number that is none.
  for (const p of [0, 1]) {
    const { shift } = estimateShift(new Float32Array(50).fill(p), 5, 5)
    expect(Number.isFinite(shift)).toBe(true)
    expect(Math.sign(shift)).toBe(p === 0 ? -1 : 1)
  }
})

test('labels that are as often present among the unknown are left alone', () => {
  const random = new RandomState(2)
  const estimates = Array.from({ length: 20 }, () => estimateShift(probabilitiesOf(1_000, 0.1, 0.1, random), 20, 180))
  expect(priorShifts(estimates)).toEqual(new Array(20).fill(0))
})

test('a few known entries alone are no reason', () => {
  const few = estimateShift(probabilitiesOf(2_000, 0.1, 0.01, new RandomState(5)), 3, 350)
  expect(few.shift).toBeGreaterThan(1)
  expect(priorShifts([few, ...Array.from({ length: 5 }, () => ({ shift: 0, error: 0.5 }))])[0]).toBe(0)
})

test('a habit that all labels tell of reaches those that tell little', () => {
  const random = new RandomState(3)
  const telling = Array.from({ length: 8 }, () => estimateShift(probabilitiesOf(2_000, 0.1, 0.5, random), 200, 200))
  const mute = { shift: 0, error: 10 }
  const shifts = priorShifts([...telling, mute])
  for (const shift of shifts) expect(Math.abs(shift - logit(0.1))).toBeLessThan(0.5)
  // One label alone that is certain is moved; the others are not.
  const still = Array.from({ length: 12 }, () => ({ shift: 0, error: 0.1 }))
  const [own, ...others] = priorShifts([telling[0], ...still])
  expect(own).toBe(telling[0].shift)
  expect(others).toEqual(new Array(12).fill(0))
})

test('where labels are ticked and rarely denied, probabilities of the unknown entries stay honest', async () => {
  const [images, labels] = [3_000, 4]
  const random = new RandomState(4)
  const truth = Uint8Array.from({ length: images * labels }, () => (random.random() < 0.15 ? 1 : 0))
  const score = Float32Array.from(truth, (y) => 2 * y + normal(random))
  const states = Int8Array.from(truth, (y) => (random.random() < (y ? 0.4 : 0.04) ? (y ? 1 : -1) : 0))
  const sources = { score }
  const fitted = await fitSuggester(sources, states, labels, { seed: 0, device: 'cpu' })
  const presentOf = (probabilities: Float32Array): number =>
    probabilities.reduce((sum, p, at) => sum + (states[at] === 0 ? p : 0), 0)
  const unknown = truth.reduce((sum, y, at) => sum + (states[at] === 0 ? y : 0), 0)
  const before = presentOf(suggestionProbabilities(fitted, sources, states))
  const after = presentOf(suggestionProbabilities(forUnknown(fitted, sources, states), sources, states))
  expect(before).toBeGreaterThan(2 * unknown)
  expect(Math.abs(after - unknown)).toBeLessThan(0.2 * unknown)
})
