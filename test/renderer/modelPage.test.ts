import { describe, expect, test } from 'vitest'
import { heatCell, heatColour } from '../../src/contract/heat.ts'
import type { Cooccurrence } from '../../src/contract/models.ts'
import { inOrder, type LabelColumn, type LabelFigures } from '../../src/renderer/models/labelOrder.ts'
import { nearestStep } from '../../src/renderer/models/nearestStep.ts'
import { texts } from '../../src/renderer/texts/index.ts'

describe('the table of labels', () => {
  const label = (name: string, ap: number | null, change: [number, number] | null, present = 5): LabelFigures => ({
    ...{ labelId: 1, learnt: true, name, present, absent: 5, averagePrecision: ap },
    known: { present, absent: 5 },
    change: change && { before: change[0], after: change[1] },
    mistakes: { present: 0, absent: 0 },
  })
  const labels = [
    label('owl', null, null),
    label('dog', 0.9, [0.95, 0.9]),
    label('cat', 0.4, [0.2, 0.4], 9),
    label('ant', 0.4, null),
  ]
  const names = (column: LabelColumn, descending = false) => inOrder(labels, column, descending).map(({ name }) => name)

  test('is in the order of any column; what was not measured is last', () => {
    expect(names('name')).toEqual(['ant', 'cat', 'dog', 'owl'])
    expect(names('averagePrecision')).toEqual(['cat', 'ant', 'dog', 'owl'])
    expect(names('averagePrecision', true)).toEqual(['dog', 'cat', 'ant', 'owl'])
    expect(names('change')).toEqual(['dog', 'cat', 'owl', 'ant'])
    expect(names('change', true)).toEqual(['cat', 'dog', 'owl', 'ant'])
    expect(names('present', true)).toEqual(['cat', 'owl', 'dog', 'ant'])
  })
})

describe('the heat map', () => {
  /** Of 20 images where both are known, a in 10, b in 4, both in 4. */
  const matrix = (known: number, both: number, a: number, b: number): Cooccurrence => ({
    labelIds: [1, 2],
    labels: 2,
    known: [99, known, known, 99],
    both: [99, both, both, 99],
    first: [99, a, b, 99],
  })

  test('tells how many times as often as by chance, and in which share', () => {
    const found = matrix(20, 4, 10, 4)
    expect(heatCell(found, 0, 1, 'lift')).toEqual({ value: 2, known: 20, both: 4, first: 10, second: 4 })
    expect(heatCell(found, 1, 0, 'lift').value).toBe(2)
    expect(heatCell(found, 0, 1, 'conditional').value).toBe(0.4)
    expect(heatCell(found, 1, 0, 'conditional').value).toBe(1)
  })

  test('says nothing of a label and itself, of few images, and of a label that is never present', () => {
    expect(heatCell(matrix(20, 4, 10, 4), 0, 0, 'lift').value).toBeNull()
    expect(heatCell(matrix(4, 2, 2, 2), 0, 1, 'lift').value).toBeNull()
    expect(heatCell(matrix(20, 0, 0, 4), 0, 1, 'lift').value).toBeNull()
    // By chance they would be together in 20 · 4/20 · 4/20 images, less than one; but twice is no chance.
    expect(heatCell(matrix(20, 0, 4, 4), 0, 1, 'lift').value).toBeNull()
    expect(heatCell(matrix(20, 2, 4, 4), 0, 1, 'lift').value).toBe(2.5)
    expect(heatCell(matrix(20, 0, 5, 4), 0, 1, 'lift').value).toBe(0)
  })

  test('counts the labels, not the images, where there are too few to tell', () => {
    const cell = heatCell(matrix(60, 0, 1, 45), 0, 1, 'lift')
    expect(cell.value).toBeNull()
    expect(texts.models.tooFewTogether('cat', 'dog', cell)).toBe(
      'Too few to tell: of 60 images where both are known, cat is present in 1 and dog in 45.',
    )
  })

  test('colours together and apart by their distance from chance', () => {
    expect(heatColour(null, 'lift')).toBeNull()
    expect(heatColour(1, 'lift')).toEqual({ together: true, share: 0 })
    const [twice, half, never, often] = [2, 0.5, 0, 100].map((lift) => heatColour(lift, 'lift')!)
    expect(twice.share).toBeCloseTo(half.share)
    expect([twice.together, half.together]).toEqual([true, false])
    expect(never).toEqual({ together: false, share: often.share })
    expect(often.share).toBeGreaterThan(twice.share)
  })
})

test('the threshold that is dragged is the one whose point of the curve is nearest', () => {
  const scales = { x: (share: number) => share * 100, y: (share: number) => 100 - share * 100 }
  const curve = { precision: [0.5, 0.8, 1, null], recall: [1, 0.6, 0.2, 0] }
  const at = (recall: number, precision: number) =>
    nearestStep(curve, { x: scales.x(recall), y: scales.y(precision) }, scales)
  expect(at(0.9, 0.55)).toBe(0)
  expect(at(0.55, 0.85)).toBe(1)
  expect(at(0, 0)).toBe(1)
  expect(at(0, 1)).toBe(2)
})
