import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import {
  countKnown,
  countsByLabel,
  hasKnown,
  knownEntries,
  type LabelMatrix,
  rowsWithKnown,
  takeColumns,
  takeRows,
} from '../../src/main/domain/labelMatrix.ts'
import type { ImageId, LabelId, Logits, Probabilities } from '../../src/main/domain/quantities.ts'
import { otherSide, State, sideOf, sides, stateOf, targetOf } from '../../src/main/domain/state.ts'

/** Mostly unknown, so that some images and labels have nothing known at all. */
function randomMatrix(random: RandomState): LabelMatrix {
  const labels = random.integer(5)
  const rows = labels > 0 ? random.integer(8) : 0
  const states = Int8Array.from({ length: rows * labels }, () => [0, 0, 0, 0, 1, -1][random.integer(6)])
  return { states, labels }
}

const table = ({ states, labels }: LabelMatrix): number[][] =>
  Array.from({ length: labels > 0 ? states.length / labels : 0 }, (_, row) => [
    ...states.subarray(row * labels, (row + 1) * labels),
  ])

test('what is asked of a matrix is what its table shows', () => {
  const random = new RandomState(3)
  for (let round = 0; round < 300; round++) {
    const matrix = randomMatrix(random)
    const rows = table(matrix)
    const columns = Array.from({ length: matrix.labels }, (_, label) => rows.map((row) => row[label]))
    const isKnown = (state: number): boolean => state !== 0
    expect([...rowsWithKnown(matrix)]).toEqual([...rows.keys()].filter((row) => rows[row].some(isKnown)))
    expect([...rows.keys()].map((row) => hasKnown(matrix, row))).toEqual(rows.map((row) => row.some(isKnown)))
    expect(countKnown(matrix.states)).toBe(rows.flat().filter(isKnown).length)
    const counts = countsByLabel(matrix)
    for (const [label, column] of columns.entries()) {
      expect([counts.present[label], counts.absent[label]]).toEqual([
        column.filter((state) => state === 1).length,
        column.filter((state) => state === -1).length,
      ])
      const entries = knownEntries(matrix, label)
      expect(entries).toEqual(
        [...column.keys()].filter((row) => column[row] !== 0).map((row) => row * matrix.labels + label),
      )
    }
    const some = random.shuffle([...rows.keys()]).slice(0, random.integer(rows.length + 1))
    expect(table({ ...matrix, states: takeRows(matrix.states, matrix.labels, some) })).toEqual(
      some.map((row) => rows[row]),
    )
    const few = random.shuffle([...columns.keys()]).slice(0, random.integer(matrix.labels + 1))
    const taken = takeColumns(matrix, few)
    expect(taken.labels).toBe(few.length)
    expect([...taken.states]).toEqual(rows.flatMap((row) => few.map((column) => row[column])))
  }
})

test('a side and its state are each other’s', () => {
  expect(sides.map((side) => [side, stateOf(side), otherSide(side)])).toEqual([
    ['present', 1, 'absent'],
    ['absent', -1, 'present'],
  ])
  for (const side of sides) expect(sideOf(stateOf(side))).toBe(side)
  expect([State.present, State.absent].map(targetOf)).toEqual([1, 0])
})

test('the compiler tells an image from a label, and log odds from probabilities', () => {
  // Each line is an error of the compiler, or this file is one: a plain number or array may be either.
  const [image, label]: [ImageId, LabelId] = [1, 2]
  const [probabilities, logits]: [Probabilities, Logits] = [Float32Array.of(0.5), Float32Array.of(0)]
  const find = (imageId: ImageId, labelId: LabelId): number => imageId * 10 + labelId
  expect(find(image, label)).toBe(12)
  // @ts-expect-error
  expect(find(label, image)).toBe(21)
  const mean = (of: Probabilities): number => of[0]
  expect(mean(probabilities)).toBe(0.5)
  // @ts-expect-error
  expect(mean(logits)).toBe(0)
})
