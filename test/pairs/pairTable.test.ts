import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Confidence } from '../../src/main/pairs/confidence.ts'
import { PairTable, type PairValues, type States } from '../../src/main/pairs/pairTable.ts'
import { Usefulness } from '../../src/main/pairs/usefulness.ts'

/** What is known, image by image: of images and labels that the model need not know, and that it may know alone. */
interface Plain {
  known: Map<number, Map<number, number>>
  imageIds: number[]
  labelIds: number[]
  /** By image, then label; NaN where the model says nothing. */
  values: number[][]
}

const ids = (most: number) => fc.uniqueArray(fc.integer({ min: 1, max: most }), { maxLength: most - 2 })
const rising = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b)

/** Few different values, so that many are equal; 256 rows are looked at together, and some projects have more. */
const plain = fc
  .tuple(ids(9), ids(6), ids(9), ids(6), fc.constantFrom(0, 0, 0, 300), fc.integer())
  .map(([images, labels, scored, learnt, more, seed]): Plain => {
    let drawn = seed >>> 0
    const draw = <T>(of: readonly T[]): T => {
      drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0
      return of[Math.floor((drawn / 2 ** 32) * of.length)]
    }
    const others = Array.from({ length: more }, (_, i) => 100 + i)
    const [imageIds, labelIds] = [rising([...scored, ...others]), learnt]
    const known = new Map(
      rising([...images, ...others]).map((id) => [id, new Map(rising(labels).map((l) => [l, draw([0, 0, 1, -1])]))]),
    )
    const values = imageIds.map(() =>
      labelIds.map(() => Math.fround(draw([Number.NaN, 0, 0.05, 0.3, 0.5, 0.9, 0.97, 1]))),
    )
    return { known, imageIds, labelIds, values }
  })

function tableOf({ imageIds, labelIds, values }: Plain): PairValues {
  return {
    imageIds: Int32Array.from(imageIds),
    labelIds: Int32Array.from(labelIds),
    values: Float32Array.from(labelIds.flatMap((_, label) => values.map((row) => row[label]))),
  }
}

function statesOf({ known }: Plain): States & { labelIds: number[] } {
  const images = [...known.keys()]
  const labelIds = [...([...known.values()][0]?.keys() ?? [])]
  return {
    labelIds,
    states: Int8Array.from(images.flatMap((id) => [...known.get(id)!.values()])),
    columns: labelIds.length,
    rowOf: (id) => images.indexOf(id),
    columnOf: (id) => labelIds.indexOf(id),
  }
}

interface Pair {
  imageId: number
  labelId: number
  state: number
  value: number
}

/** The obvious join: every pair that both sides have and the model says something of, image by image. */
function joined({ known, imageIds, labelIds, values }: Plain): Pair[] {
  return imageIds.flatMap((imageId, row) =>
    labelIds.flatMap((labelId, label) => {
      const [state, value] = [known.get(imageId)?.get(labelId), values[row][label]]
      return state === undefined || Number.isNaN(value) ? [] : [{ imageId, labelId, state, value }]
    }),
  )
}

const sure = (p: number): number => (p >= 0.5 ? p : 1 - p)
const largest = (numbers: number[]): number => numbers.reduce((most, one) => Math.max(most, one), 0)

const check = (property: (plain: Plain, pairs: Pair[], table: PairTable) => void): void =>
  fc.assert(
    fc.property(plain, (one) => property(one, joined(one), new PairTable(tableOf(one), statesOf(one)))),
    { numRuns: 150 },
  )

describe('the joined table beside an obvious join', () => {
  test('the pairs of a label, known and undecided', () => {
    check((one, pairs, table) => {
      for (const labelId of [1, 2, 3, 4, 5, 6]) {
        const of = pairs.filter((pair) => pair.labelId === labelId)
        const { rows, states, probabilities, undecided } = table.ofLabel(labelId)
        const known = Array.from(rows, (row, i) => ({
          ...{ imageId: one.imageIds[row], labelId, state: states[i], value: probabilities[i] },
        }))
        expect(known).toEqual(of.filter(({ state }) => state !== 0))
        expect([...undecided]).toEqual(of.filter(({ state }) => state === 0).map(({ value }) => value))
      }
    })
  })

  test('a label on both sides', () => {
    check((one, _, table) => {
      const matrix = statesOf(one)
      for (const labelId of [1, 2, 3, 4, 5, 6]) {
        const column = table.column(labelId)
        expect(column !== undefined).toBe(one.labelIds.includes(labelId) && matrix.columnOf(labelId) >= 0)
        expect(table.knows(labelId)).toBe(one.labelIds.includes(labelId))
        const valueAt = table.valuesOf(labelId)
        for (const [row, imageId] of one.imageIds.entries()) {
          const state = one.known.get(imageId)?.get(labelId)
          const value = one.values[row][one.labelIds.indexOf(labelId)] ?? Number.NaN
          expect([table.rowOf(imageId), valueAt(row)]).toEqual([row, value])
          if (!column) continue
          const { states, stateRows, width, stateColumn } = column
          const joinedState = stateRows[row] < 0 ? undefined : states[stateRows[row] * width + stateColumn]
          expect([column.values[row], joinedState]).toEqual([value, state])
        }
      }
      expect([table.rowOf(99), table.rowOf(100_000)]).toEqual([-1, -1])
    })
  })

  test('how many are likely, and the most probable first', () => {
    check((one, pairs, table) => {
      for (const labelId of [1, 2, 3, 4, 5, 6]) {
        const open = pairs.filter((pair) => pair.labelId === labelId && pair.state === 0)
        const likely = open.filter(({ value }) => Math.max(value, 1 - value) >= 0.9)
        const isKnown = one.labelIds.includes(labelId) && statesOf(one).columnOf(labelId) >= 0
        const present = likely.filter(({ value }) => value >= 0.5).length
        expect(table.likelyOf(labelId)).toEqual(isKnown ? { present, absent: likely.length - present } : undefined)
        const best = open.filter(({ value }) => value >= 0.5).toSorted((a, b) => b.value - a.value)
        for (const count of [1, 2, 5])
          expect(table.mostProbable(labelId, count).map((row) => one.imageIds[row])).toEqual(
            best.slice(0, count).map(({ imageId }) => imageId),
          )
      }
    })
  })

  test('how sure the model is of each image, and after marks', () => {
    check((one, pairs, table) => {
      const confidence = new Confidence(table)
      const compare = (now: Pair[]): void => {
        for (const labelId of [undefined, 1, 2, 3, 4, 5, 6])
          for (const imageId of [...one.imageIds, 99]) {
            const open = now.filter(
              (pair) =>
                pair.imageId === imageId && pair.state === 0 && (labelId === undefined || pair.labelId === labelId),
            )
            expect(confidence.at(confidence.of(labelId), imageId)).toBe(
              Math.fround(largest(open.map(({ value }) => sure(value)))),
            )
            expect(confidence.at(confidence.uncertainties(labelId), imageId)).toBe(
              Math.fround(largest(open.map(({ value }) => 1.5 - sure(value)))),
            )
          }
      }
      if (one.imageIds.length > 20) return
      compare(pairs)
      // The states change where they are.
      const matrix = statesOf(one)
      const [first] = pairs
      if (!first) return
      const followed = new PairTable(tableOf(one), matrix)
      const following = new Confidence(followed)
      following.of()
      matrix.states[matrix.rowOf(first.imageId) * matrix.columns + matrix.columnOf(first.labelId)] = 1
      following.imagesChanged([first.imageId, 99])
      const left = pairs.filter((pair) => pair !== first && pair.imageId === first.imageId && pair.state === 0)
      expect(following.at(following.of(), first.imageId)).toBe(
        Math.fround(largest(left.map(({ value }) => sure(value)))),
      )
    })
  })

  test('how sure it is of many images at once, block by block', () => {
    check((one, pairs, table) => {
      const most = new Map<number, number>()
      for (const { imageId, state, value } of pairs)
        if (state === 0) most.set(imageId, Math.max(most.get(imageId) ?? 0, Math.fround(sure(value))))
      const confidence = new Confidence(table)
      expect(one.imageIds.map((id) => confidence.at(confidence.of(), id))).toEqual(
        one.imageIds.map((id) => most.get(id) ?? 0),
      )
    })
  })

  test('what is worth asking', () => {
    check((one, pairs, table) => {
      const gains = { ...tableOf(one), gains: tableOf(one).values }
      const usefulness = new Usefulness(gains, statesOf(one))
      const open = pairs.filter(({ state, value }) => state === 0 && value > 0)
      for (const labelId of [undefined, 1, 2, 3]) {
        const of = usefulness.ofImages(labelId)
        const sums = new Map<number, number>()
        for (const pair of open)
          if (labelId === undefined || pair.labelId === labelId)
            sums.set(pair.imageId, Math.fround((sums.get(pair.imageId) ?? 0) + pair.value))
        expect(one.imageIds.map(of)).toEqual(one.imageIds.map((id) => expect.closeTo(sums.get(id) ?? 0, 5)))
      }
      const placeOf = ({ imageId, labelId }: Pair): number =>
        one.labelIds.indexOf(labelId) * one.imageIds.length + table.rowOf(imageId)
      const passing = open.filter(({ imageId }) => imageId % 3 !== 0)
      for (const count of [0, 3, 20])
        expect(usefulness.pairs(count, (id) => id % 3 !== 0)).toEqual(
          passing
            .toSorted((a, b) => b.value - a.value || placeOf(a) - placeOf(b))
            .slice(0, count)
            .map(placeOf),
        )
    })
  })
})
