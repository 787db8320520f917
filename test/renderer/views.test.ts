import { describe, expect, test } from 'vitest'
import type { ImageDetail, Label } from '../../src/preload/schemas.ts'
import { labelGroups, nextFocus } from '../../src/renderer/image/groups.ts'
import { fitted, zoomedAt } from '../../src/renderer/image/zoom.ts'
import { captionHeight, gap, gridLayout, moveCursor, padding } from '../../src/renderer/workbench/grid.ts'

describe('the grid', () => {
  test('fills its width with columns of about the wanted size', () => {
    const layout = gridLayout(1000, 184, 10)
    const used = layout.columns * layout.tileWidth + (layout.columns - 1) * gap + 2 * padding
    expect(used).toBeLessThanOrEqual(1000)
    expect(used).toBeGreaterThan(1000 - layout.columns)
    expect(layout.tileWidth).toBeGreaterThanOrEqual(184)
    expect(layout.rows).toBe(Math.ceil(10 / layout.columns))
    expect(layout.rowHeight).toBeGreaterThan(captionHeight)
  })

  test('in a narrow window there is still one column', () => {
    expect(gridLayout(50, 400, 3)).toMatchObject({ columns: 1, rows: 3 })
  })

  test('the cursor stays in the list, and down in the last row reaches the last image', () => {
    expect(moveCursor(0, 'ArrowLeft', 4, 10, 3)).toBe(0)
    expect(moveCursor(3, 'ArrowRight', 4, 10, 3)).toBe(4)
    expect(moveCursor(9, 'ArrowRight', 4, 10, 3)).toBe(9)
    expect(moveCursor(7, 'ArrowDown', 4, 10, 3)).toBe(9)
    expect(moveCursor(1, 'ArrowUp', 4, 10, 3)).toBe(0)
    expect(moveCursor(2, 'End', 4, 10, 3)).toBe(9)
    expect(moveCursor(2, 'x', 4, 10, 3)).toBeNull()
    expect(moveCursor(0, 'End', 4, 0, 3)).toBeNull()
  })
})

describe('the stage', () => {
  const image = { width: 400, height: 200 }

  test('shows the whole image in the middle', () => {
    const room = { width: 1000, height: 400 }
    const { x, y, scale } = fitted(image, room)
    expect(image.height * scale).toBeLessThanOrEqual(room.height)
    expect(x + (image.width * scale) / 2).toBeCloseTo(500)
    expect(y + (image.height * scale) / 2).toBeCloseTo(200)
  })

  test('zooming leaves what is under the pointer where it is', () => {
    const before = fitted(image, { width: 1000, height: 400 })
    const point = { x: 333, y: 77 }
    const under = ({ x, y, scale }: typeof before) => [(point.x - x) / scale, (point.y - y) / scale]
    const after = zoomedAt(before, point, before.scale * 2.5)
    expect(under(after)[0]).toBeCloseTo(under(before)[0])
    expect(under(after)[1]).toBeCloseTo(under(before)[1])
    expect(zoomedAt(before, point, 1e9).scale).toBeLessThan(100)
    expect(zoomedAt(before, point, 0).scale).toBeGreaterThan(0)
  })
})

describe('the labels of an image', () => {
  const label = (id: number, name: string): Label => ({
    ...{ id, name, colour: '#000000', key: null, description: '', presentCount: 0, absentCount: 0 },
  })
  const labels = [label(1, 'dog'), label(2, 'Cat'), label(3, 'cow'), label(4, 'sky'), label(5, 'sea')]
  const suggest = (labelId: number, probability: number, confident = true) =>
    ({ labelId, probability, confident, suggestion: probability >= 0.5 ? 'present' : 'absent' }) as const
  const known = (labelId: number, state: 1 | -1) =>
    ({ labelId, state, source: 'human', decidedAt: 0, score: null, annotator: null }) as const
  const detail = {
    states: [known(1, -1), known(4, 1)],
    allSuggestions: [suggest(2, 0.97), suggest(3, 0.02), suggest(5, 0.6, false), suggest(4, 0.99)],
  } as unknown as ImageDetail
  const idsOf = (entries: { label: Label }[]) => entries.map((entry) => entry.label.id)

  test('what is suggested comes apart from what is known, and what is known is not suggested', () => {
    const { suggested, known, unknown } = labelGroups(labels, detail)
    expect(idsOf(suggested)).toEqual([2, 3])
    expect(idsOf(known)).toEqual([4, 1])
    expect(idsOf(unknown)).toEqual([5])
  })

  test('are found by a part of the name', () => {
    const { suggested, known, unknown } = labelGroups(labels, detail, ' C')
    expect(idsOf([...suggested, ...known, ...unknown])).toEqual([2, 3])
  })

  test('the keyboard is at the first suggestion that was not passed over, or where it was put', () => {
    const groups = labelGroups(labels, detail)
    expect(nextFocus(groups, null, new Set())).toBe(2)
    expect(nextFocus(groups, null, new Set([2]))).toBe(3)
    expect(nextFocus(groups, null, new Set([2, 3]))).toBeNull()
    expect(nextFocus(groups, 5, new Set())).toBe(5)
    expect(nextFocus(groups, 99, new Set())).toBe(2)
  })
})
