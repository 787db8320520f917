import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  averagePrecision,
  calibrationError,
  decisionMetrics,
  meanOf,
  recallAtPrecision,
} from '../../src/main/training/measure/metrics.ts'

test('recall at a precision is the largest that any cut reaches', () => {
  // Ranked: + - + + : precision 1, 1/2, 2/3, 3/4.
  const scores = [0.9, 0.8, 0.7, 0.6]
  const truth = [1, -1, 1, 1]
  expect(recallAtPrecision(scores, truth, 0.75)).toBe(1)
  expect(recallAtPrecision(scores, truth, 0.9)).toBeCloseTo(1 / 3)
  expect(recallAtPrecision([0.5, 0.4], [-1, 1], 0.9)).toBe(0)
  expect(recallAtPrecision([0.5], [-1], 0.9)).toBeNaN()
})

test('single precision ranks as double precision does: signs, ties and zeros', () => {
  const scores = fc.array(fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 0.5, -0.5)), { minLength: 1 })
  fc.assert(
    fc.property(scores, fc.infiniteStream(fc.constantFrom(1, -1)), (values, truths) => {
      const truth = values.map(() => truths.next().value as number)
      expect(averagePrecision(Float32Array.from(values), truth)).toBe(averagePrecision(values, truth))
      expect(recallAtPrecision(Float32Array.from(values), truth, 0.7)).toBe(recallAtPrecision(values, truth, 0.7))
    }),
  )
})

test('the calibration error is the distance of what is said from what happens, weighted by how often', () => {
  expect(calibrationError([0.75, 0.75, 0.75, 0.75], [1, 1, 1, -1])).toBeCloseTo(0)
  expect(calibrationError([0.95, 0.95], [1, -1])).toBeCloseTo(0.45)
  expect(calibrationError([1, 0, 0, 0], [-1, -1, -1, -1])).toBeCloseTo(0.25)
})

test('a metric of nothing is not a number, rather than an invented one', () => {
  expect(averagePrecision([0.1, 0.2], [-1, -1])).toBeNaN()
  expect(meanOf([])).toBeNaN()
  expect(meanOf([Number.NaN, 0.5])).toBe(0.5)
  expect(decisionMetrics([-1, -1], [1, -1], 2)).toEqual({ OP: 0, OR: 0, OF1: 0, CP: 0, CR: 0, CF1: 0 })
})
