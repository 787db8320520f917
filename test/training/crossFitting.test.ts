import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import {
  crossFitBaseline,
  offsetsWithout,
  outOfFold,
  pairIndex,
  scaled,
} from '../../src/main/training/heads/crossFitting.ts'
import { dealFolds, noFold } from '../../src/main/training/heads/folds.ts'
import { headLogits, trainLinearHeads } from '../../src/main/training/heads/linearBaseline.ts'

const device = 'cpu'
const [rows, channels, labels, folds] = [90, 6, 2, 3]
const random = new RandomState(4)
const inputs = Float32Array.from({ length: rows * channels }, () => random.normal() / Math.sqrt(channels))
const states = Int8Array.from({ length: rows * labels }, (_, at) => {
  if (random.random() < 0.2) return 0
  const row = Math.floor(at / labels)
  return inputs[row * channels + (at % labels)] + 0.3 * random.normal() > 0 ? 1 : -1
})

test('folds hold every known label once, as evenly as can be, positives and negatives apart', () => {
  const fold = dealFolds(states, labels, folds, 7)
  expect(fold).toEqual(dealFolds(states, labels, folds, 7))
  expect(fold).not.toEqual(dealFolds(states, labels, folds, 8))
  for (let label = 0; label < labels; label++) {
    for (const state of [1, -1]) {
      const counts = Array.from(
        { length: folds },
        (_, k) => states.filter((y, at) => y === state && at % labels === label && fold[at] === k).length,
      )
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }
  }
  states.forEach((state, at) => {
    expect(fold[at] === noFold).toBe(state === 0)
  })
})

test('the head is the minimum: no weight can be moved to make its loss smaller', async () => {
  const penalty = 0.5
  const meanSquareLength = inputs.reduce((total, x) => total + x * x, 0) / rows
  const { weights, biases } = await trainLinearHeads(inputs, states, channels, { penalty, iterations: 200, device })
  for (let label = 0; label < labels; label++) {
    const gradient = new Float64Array(channels + 1)
    let known = 0
    for (let row = 0; row < rows; row++) {
      const y = states[row * labels + label]
      if (y === 0) continue
      known++
      let z = biases[label]
      for (let d = 0; d < channels; d++) z += weights[label * channels + d] * inputs[row * channels + d]
      const slope = z - y
      for (let d = 0; d < channels; d++) gradient[d] += slope * inputs[row * channels + d]
      gradient[channels] += slope
    }
    for (let d = 0; d < channels; d++) {
      const pull = penalty * meanSquareLength * weights[label * channels + d]
      expect(Math.abs((gradient[d] + pull) / known)).toBeLessThan(1e-4)
    }
    expect(Math.abs(gradient[channels] / known)).toBeLessThan(1e-4)
  }
})

test('no entry is scored, or trained upon, by a baseline that saw it', async () => {
  const fold = dealFolds(states, labels, folds, 1)
  const options = { folds, penalty: 1, iterations: 100, device } as const
  const baseline = await crossFitBaseline(inputs, states, fold, labels, options)
  expect(baseline.single.length).toBe(folds)
  expect(baseline.pairs.length).toBe(3)
  // Turning a label round changes no head that leaves it out, and changes those that don't.
  const at = fold.indexOf(1)
  const turned = states.map((state, i) => (i === at ? -state : state))
  const other = await crossFitBaseline(inputs, turned, fold, labels, options)
  expect(other.single[1]).toEqual(baseline.single[1])
  expect(other.single[0]).not.toEqual(baseline.single[0])
  expect(other.scales[1]).toEqual(baseline.scales[1])
  expect(other.pairs[pairIndex(folds, 0, 1)]).toEqual(baseline.pairs[pairIndex(folds, 0, 1)])
  expect(other.pairs[pairIndex(folds, 0, 2)]).not.toEqual(baseline.pairs[pairIndex(folds, 0, 2)])

  const logitsOf = (heads: (typeof baseline.single)[number]) => headLogits(inputs, heads, channels, device)
  const offsets = await offsetsWithout(0, baseline, fold, logitsOf)
  const without01 = await logitsOf(scaled(baseline.pairs[pairIndex(folds, 0, 1)], baseline.scales[0]))
  const without0 = await logitsOf(baseline.single[0])
  expect(offsets[at]).toBe(without01[at])
  const held = fold.indexOf(0)
  expect(offsets[held]).toBe(without0[held])
})

test('pairs of folds are numbered without gaps, in either order', () => {
  const seen = new Set<number>()
  for (let j = 0; j < 5; j++) {
    for (let k = j + 1; k < 5; k++) {
      expect(pairIndex(5, j, k)).toBe(pairIndex(5, k, j))
      seen.add(pairIndex(5, j, k))
    }
  }
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => i))
})

test('a known entry gets the score of the model that never saw it, an unknown one the mean', () => {
  const scores = [Float32Array.of(1, 2), Float32Array.of(3, 4)]
  expect(outOfFold(scores, Uint8Array.of(1, noFold))).toEqual(Float32Array.of(3, 3))
})
