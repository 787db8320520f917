import { expect, test } from 'vitest'
import { rowsFor } from '../../src/renderer/workbench/around.ts'

const seen = (startIndex: number, endIndex: number) => ({ startIndex, endIndex, count: 100 })
const ends = (rows: number[]): [number, number, number] => [rows[0], rows.at(-1)!, rows.length]

test('more rows are ready the way somebody goes; after a jump only those in sight exist', () => {
  const down = { first: 40, last: 44, way: 'down' as const }
  expect(ends(rowsFor(seen(40, 44), down))).toEqual([38, 50, 13])
  expect(ends(rowsFor(seen(40, 44), { ...down, way: 'up' }))).toEqual([34, 46, 13])
  // Scrolling on, what comes into sight was ready, and what follows is made ready.
  expect(ends(rowsFor(seen(50, 54), down))).toEqual([48, 60, 13])
  // Too far: nothing of it was ready.
  expect(ends(rowsFor(seen(51, 55), down))).toEqual([51, 55, 5])
  expect(ends(rowsFor(seen(30, 36), down))).toEqual([30, 36, 7])
  // No further than the list goes.
  expect(ends(rowsFor(seen(0, 4), { first: 0, last: -1, way: 'down' }))).toEqual([0, 10, 11])
  expect(ends(rowsFor(seen(97, 99), { first: 97, last: 99, way: 'down' }))).toEqual([95, 99, 5])
  expect(rowsFor(seen(0, -1), down)).toEqual([])
})
