import { describe, expect, test } from 'vitest'
import type { ImageDetail, Label } from '../../src/contract/schemas.ts'
import { bestFound, labelGroups, nextFocus, restOf } from '../../src/renderer/images/groups.ts'
import { type Turn, turned, turnedSize, turnedStyle } from '../../src/renderer/images/turn.ts'
import { fitted, panned, zoomedAt } from '../../src/renderer/images/zoom.ts'
import { depthsOf } from '../../src/renderer/workbench/depths.ts'
import {
  captionHeight,
  gap,
  gridLayout,
  labelsThatFit,
  moveCursor,
  padding,
} from '../../src/renderer/workbench/grid.ts'

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

  test('a caption shows as many labels as have room, and at least one', () => {
    const labels = ['dog', 'cat', 'bird', 'a label with a name that is far too long for any tile'].map((name) => ({
      name,
    }))
    expect(labelsThatFit(labels, 184)).toBe(3)
    expect(labelsThatFit(labels, 100)).toBe(1)
    expect(labelsThatFit(labels, 1000)).toBe(4)
    expect(labelsThatFit(labels.slice(3), 184)).toBe(1)
    // The last one needs no room for what tells of more.
    expect(labelsThatFit(labels.slice(0, 2), 16 + 2 * (3 * 6.5 + 20))).toBe(2)
    expect(labelsThatFit(labels.slice(0, 3), 16 + 2 * (3 * 6.5 + 20))).toBe(1)
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

describe('a turned image', () => {
  const image = { width: 400, height: 200 }

  test('fills the box of its turned size, whichever way it lies', () => {
    for (const turn of [0, 90, 180, 270] as const) {
      const [, x, y, angle] = /translate\((\d+)px, (\d+)px\) rotate\((\d+)deg\)/
        .exec(turnedStyle(image, turn))!
        .map(Number)
      const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
      const corners = [0, image.width].flatMap((a) =>
        [0, image.height].map((b) => [x + a * cos - b * sin, y + a * sin + b * cos]),
      )
      const { width, height } = turnedSize(image, turn)
      expect(Math.min(...corners.map(([a]) => a))).toBeCloseTo(0)
      expect(Math.max(...corners.map(([a]) => a))).toBeCloseTo(width)
      expect(Math.min(...corners.map(([, b]) => b))).toBeCloseTo(0)
      expect(Math.max(...corners.map(([, b]) => b))).toBeCloseTo(height)
    }
  })

  test('four turns either way are none', () => {
    expect([90, 90, 90, 90].reduce((turn: Turn) => turned(turn, 90), 0)).toBe(0)
    expect(turned(0, -90)).toBe(270)
  })
})

describe('labels below others', () => {
  const label = (id: number, parentId: number | null = null): Label => ({
    ...{ id, name: String(id), colour: '#000000', key: null, description: '', presentCount: 0, absentCount: 0 },
    ...{ parentId, group: '', exclusive: false, examples: [] },
  })

  test('are set in where they follow their parent', () => {
    const depths = depthsOf([label(1), label(2, 1), label(3, 2), label(4, 1), label(5, 9), label(6, 1), label(9)])
    expect([...depths]).toEqual([
      ...[
        [1, 0],
        [2, 1],
        [3, 2],
        [4, 1],
        [5, 0],
        [6, 0],
        [9, 0],
      ],
    ])
  })

  test('say that what is above them is not absent with the rest', () => {
    const labels = [label(1), label(2, 1), label(3, 2), label(4)]
    const known = (labelId: number, state: 1 | -1) =>
      ({ labelId, state, source: 'import', decidedAt: 0, score: null, annotator: null }) as const
    expect(restOf(labels, { states: [known(3, 1)] })).toEqual([4])
    expect(restOf(labels, { states: [known(3, -1)] })).toEqual([1, 2, 4])
  })
})

describe('the labels of an image', () => {
  const unrelated = { parentId: null, group: '', exclusive: false, examples: [] }
  const label = (id: number, name: string): Label => ({
    ...{ id, name, colour: '#000000', key: null, description: '', presentCount: 0, absentCount: 0 },
    ...unrelated,
  })
  const labels = [label(1, 'dog'), label(2, 'Cat'), label(3, 'cow'), label(4, 'sky'), label(5, 'sea')]
  const suggest = (labelId: number, probability: number, likely = true) =>
    ({ labelId, probability, likely, suggestion: probability >= 0.5 ? 'present' : 'absent' }) as const
  const known = (labelId: number, state: 1 | -1) =>
    ({ labelId, state, source: 'human', decidedAt: 0, score: null, annotator: null }) as const
  const detail = {
    states: [known(1, -1), known(4, 1)],
    mistakes: [],
    disputes: [],
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

  test('what comes to the front after a mark does not come under the keyboard', () => {
    const groups = labelGroups(labels, detail)
    expect(nextFocus(groups, null, new Set(), false, 3)).toBe(3)
    expect(nextFocus(groups, null, new Set([3]), false, 3)).toBe(2)
    // Decided: on to the first; chosen: wherever that is.
    expect(nextFocus(groups, null, new Set(), false, 4)).toBe(2)
    expect(nextFocus(groups, 5, new Set(), false, 3)).toBe(5)
  })

  test('what people don’t agree on stands apart, and is under the keyboard first, until it is known', () => {
    const said = (state: 1 | -1) => ({ origin: 'a', state, decidedAt: 0, annotator: null })
    const undecided = detail.allSuggestions[0].labelId
    const disputes = [{ labelId: undecided, statements: [said(1), said(-1)] }]
    const groups = labelGroups(labels, { ...detail, disputes })
    expect(groups.disputed.map(({ label, dispute }) => [label.id, dispute?.length])).toEqual([[undecided, 2]])
    expect([...groups.suggested, ...groups.unknown].map(({ label }) => label.id)).not.toContain(undecided)
    expect(nextFocus(groups, null, new Set())).toBe(undecided)
    const known = detail.states[0].labelId
    const settled = labelGroups(labels, { ...detail, disputes: [{ ...disputes[0], labelId: known }] })
    expect(settled.disputed).toEqual([])
  })

  test('what the model mistakes comes first of the known, and first of all to somebody who reviews', () => {
    const groups = labelGroups(labels, { ...detail, mistakes: [suggest(1, 0.8), suggest(4, 0.3)] })
    expect(groups.known.map(({ label, mistake }) => [label.id, mistake?.suggestion])).toEqual([
      [1, 'present'],
      [4, 'absent'],
    ])
    expect(nextFocus(groups, null, new Set())).toBe(2)
    expect(nextFocus(groups, null, new Set(), true)).toBe(1)
    expect(nextFocus(groups, null, new Set([1]), true)).toBe(4)
    expect(nextFocus(groups, null, new Set([1, 4]), true)).toBe(2)
    // A mistake of what was cleared meanwhile is none.
    const cleared = labelGroups(labels, { ...detail, states: [], mistakes: [suggest(1, 0.8)] } as ImageDetail)
    expect(nextFocus(cleared, null, new Set(), true)).toBe(4)
  })
})

test('what is typed takes the label that is called so, before those that only hold it', () => {
  const named = ['scar', 'car park', 'race car', 'car', 'Carpet'].map((name, i) => ({
    ...{
      label: { id: i + 1, name } as Label,
      state: undefined,
      suggestion: undefined,
      mistake: undefined,
      dispute: undefined,
    },
  }))
  const found = (search: string) =>
    bestFound({ disputed: [], suggested: named.slice(0, 1), known: [], unknown: named.slice(1) }, search)
  expect(found('car')?.label.name).toBe('car')
  expect(found('CAR')?.label.name).toBe('car')
  expect(found('carp')?.label.name).toBe('Carpet')
  expect(found('pa')?.label.name).toBe('car park')
  expect(found('r')?.label.name).toBe('race car')
  expect(found('ar')?.label.name).toBe('scar')
  expect(bestFound({ disputed: [], suggested: [], known: [], unknown: [] }, 'x')).toBeUndefined()
})

test('an image is moved by a quarter of its frame, and never out of it', () => {
  const [image, room] = [
    { width: 1000, height: 500 },
    { width: 400, height: 200 },
  ]
  const view = { x: 0, y: 0, scale: 1 }
  expect(panned(view, room, 'right', image)).toEqual({ x: -100, y: 0, scale: 1 })
  expect(panned(view, room, 'down', image)).toEqual({ x: 0, y: -50, scale: 1 })
  let far = view
  for (let i = 0; i < 20; i++) far = panned(far, room, 'right', image)
  expect(far.x).toBe(-900)
  for (let i = 0; i < 20; i++) far = panned(far, room, 'left', image)
  expect(far.x).toBe(300)
})
