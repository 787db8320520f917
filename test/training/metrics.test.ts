import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readSafeTensors } from '../../src/main/base/safetensors.ts'
import {
  averagePrecision,
  calibrationError,
  decisionMetrics,
  interpolatedAveragePrecision,
  meanOf,
  recallAtPrecision,
} from '../../src/main/training/metrics.ts'
import { describeWithShared, sharedPath } from '../shared.ts'

describeWithShared('metrics agree with the reference to 1e-6', ['fixtures/metrics_s21.safetensors'], () => {
  const reference = JSON.parse(readFileSync(sharedPath('fixtures/metrics_s21.json'), 'utf8'))
  const columns = async () => {
    const { tensors } = await readSafeTensors(sharedPath('fixtures/metrics_s21.safetensors'))
    const { data: scores, shape } = tensors.get('scores')!
    const truth = tensors.get('targets')!.data
    const labels = shape[1]
    const column = (of: Float32Array, label: number) => of.filter((_, at) => at % labels === label)
    return { scores, truth, labels, column }
  }

  test('average precision of each label', async () => {
    const { scores, truth, labels, column } = await columns()
    for (let label = 0; label < labels; label++) {
      const ap = averagePrecision(column(scores, label), column(truth, label))
      expect(Math.abs(ap - reference.ap_non_interpolated[label])).toBeLessThan(1e-6)
    }
  })

  test('mean average precision of VOC 2012', async () => {
    const { scores, truth, labels, column } = await columns()
    const each = Array.from({ length: labels }, (_, label) =>
      interpolatedAveragePrecision(column(scores, label), column(truth, label)),
    )
    expect(Math.abs(meanOf(each) - reference.map_voc2012)).toBeLessThan(1e-6)
  })

  test('precision, recall and F1 of all decisions, and of the three largest', async () => {
    const { scores, truth, labels } = await columns()
    for (const [suffix, most] of [
      ['', labels],
      ['_top3', 3],
    ] as const) {
      for (const [name, value] of Object.entries(decisionMetrics(scores, truth, labels, most))) {
        expect(Math.abs(value - reference[name + suffix]), name + suffix).toBeLessThan(1e-6)
      }
    }
  })
})

test('recall at a precision is the largest that any cut reaches', () => {
  // Ranked: + - + + : precision 1, 1/2, 2/3, 3/4.
  const scores = [0.9, 0.8, 0.7, 0.6]
  const truth = [1, -1, 1, 1]
  expect(recallAtPrecision(scores, truth, 0.75)).toBe(1)
  expect(recallAtPrecision(scores, truth, 0.9)).toBeCloseTo(1 / 3)
  expect(recallAtPrecision([0.5, 0.4], [-1, 1], 0.9)).toBe(0)
  expect(recallAtPrecision([0.5], [-1], 0.9)).toBeNaN()
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
