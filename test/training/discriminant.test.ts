import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { crossFitDiscriminants } from '../../src/main/training/discriminant.ts'
import { dealFolds } from '../../src/main/training/folds.ts'
import { averagePrecision } from '../../src/main/training/metrics.ts'

const channels = 12
const rows = 400
const random = new RandomState(3)
/** One direction tells, three others vary far more. */
const truth = Int8Array.from({ length: rows }, () => (random.random() < 0.3 ? 1 : -1))
const described = Float32Array.from({ length: rows * channels }, (_, at) => {
  const d = at % channels
  const noise = random.normal() * (d > 0 && d < 4 ? 6 : 1)
  return noise + (d === 0 ? truth[Math.floor(at / channels)] : 0)
})
const states = truth.map((y, row) => (row < 40 ? y : 0))
const fold = dealFolds(states, 1, 3, 0)
const fitted = (of: Float32Array) =>
  crossFitDiscriminants({ described: of, channels, states, fold, folds: 3 }, { device: 'cpu' })

test('images that nobody labelled say which directions are mere variety', async () => {
  const heads = await fitted(described)
  expect(heads).toHaveLength(3)
  const scored = (weights: Float32Array) =>
    Array.from({ length: rows }, (_, row) => weights.reduce((z, w, d) => z + w * described[row * channels + d], 0))
  const precision = (weights: Float32Array) =>
    averagePrecision(
      scored(weights).slice(40),
      Uint8Array.from(truth.subarray(40), (y) => (y === 1 ? 1 : 0)),
    )
  // The difference of the means alone goes by the noise of the loud directions.
  const difference = Float32Array.from({ length: channels }, (_, d) => {
    const mean = (state: number) => {
      const at = Array.from(states.keys()).filter((row) => states[row] === state)
      return at.reduce((sum, row) => sum + described[row * channels + d], 0) / at.length
    }
    return mean(1) - mean(-1)
  })
  const found = heads.map(({ weights }) => precision(weights))
  for (const one of found) expect(one).toBeGreaterThan(precision(difference) + 0.1)
})

test('log odds: on the side of what is there, and near the truth of it', async () => {
  const [{ weights, biases }] = await fitted(described)
  let probability = 0
  for (let row = 40; row < rows; row++) {
    let z = biases[0]
    for (let d = 0; d < channels; d++) z += weights[d] * described[row * channels + d]
    probability += 1 / (1 + Math.exp(-z)) / (rows - 40)
  }
  const share = truth.subarray(40).filter((y) => y === 1).length / (rows - 40)
  expect(Math.abs(probability - share)).toBeLessThan(0.15)
})

test('images that are all the same say nothing', async () => {
  for (const { weights, biases } of await fitted(new Float32Array(rows * channels).fill(2))) {
    expect(weights.every((w) => w === 0)).toBe(true)
    expect(biases.every(Number.isFinite)).toBe(true)
  }
})
