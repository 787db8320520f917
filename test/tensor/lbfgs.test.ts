import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { minimize } from '../../src/main/tensor/gradients/lbfgs.ts'

/** Σ (x_i - a_i)² weights_i for several problems, the last with a curved valley (Rosenbrock). */
test('several problems of different curvature reach their own minima', async () => {
  const random = new RandomState(0)
  const size = 4
  const centres = Array.from({ length: 2 * size }, () => random.normal())
  const weights = Array.from({ length: 2 * size }, (_, i) => 10 ** (i % size))
  let evaluations = 0
  const evaluate = async (x: Float32Array) => {
    evaluations++
    const loss = new Float32Array(3)
    const gradient = new Float32Array(3 * size)
    for (let i = 0; i < 2 * size; i++) {
      loss[Math.floor(i / size)] += weights[i] * (x[i] - centres[i]) ** 2
      gradient[i] = 2 * weights[i] * (x[i] - centres[i])
    }
    const [a, b] = [x[8], x[9]]
    loss[2] = (1 - a) ** 2 + 100 * (b - a * a) ** 2
    gradient[8] = -2 * (1 - a) - 400 * a * (b - a * a)
    gradient[9] = 200 * (b - a * a)
    return { loss, gradient }
  }
  const start = new Float32Array(3 * size)
  const end = await minimize(evaluate, start, 3, { iterations: 200 })
  centres.forEach((centre, i) => {
    expect(end[i]).toBeCloseTo(centre, 3)
  })
  expect(end[8]).toBeCloseTo(1, 2)
  expect(end[9]).toBeCloseTo(1, 2)
  expect(evaluations).toBeLessThan(300)
  expect(start.every((x) => x === 0)).toBe(true)
})

test('a minimisation can be cancelled', async () => {
  const stop = new AbortController()
  const evaluate = async () => {
    stop.abort()
    return { loss: Float32Array.of(1), gradient: Float32Array.of(1) }
  }
  await expect(minimize(evaluate, new Float32Array(1), 1, { signal: stop.signal })).rejects.toThrow()
})
