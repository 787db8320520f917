import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decisionsOf, flipped, pageAt, type Said, saidOf } from '../../src/renderer/labelByLabel/page.ts'

const list = { ids: [11, 12, 13, 14, 15], probabilities: [0.2, 0.9, null, 0.5, 0.7] }

describe('a screen of one label', () => {
  test('shows the surest present first, and cuts where the model does, unless the cut was moved', () => {
    expect(pageAt(list, 0, 4, null)).toEqual({
      ids: [12, 14, 11, 13],
      probabilities: [0.9, 0.5, 0.2, null],
      cut: 2,
      proposed: ['present', 'present', 'absent', 'unknown'],
    })
    expect(pageAt(list, 0, 4, 3).cut).toBe(3)
    expect(pageAt(list, 4, 4, 3)).toMatchObject({ ids: [15], probabilities: [0.7], cut: 1 })
    expect(pageAt(list, 8, 4, null)).toMatchObject({ ids: [], probabilities: [], cut: 0 })
  })

  test('what no model speaks of stays open, until the cut says that it is absent', () => {
    const unknown = { ids: [1, 2, 3], probabilities: [null, null, null] }
    expect(pageAt(unknown, 0, 3, null).proposed).toEqual(['unknown', 'unknown', 'unknown'])
    expect(pageAt(unknown, 0, 3, 1).proposed).toEqual(['present', 'absent', 'absent'])
  })

  test('what was said of an image holds against the cut; what is left open is not decided', () => {
    const screen = pageAt(list, 0, 4, null)
    const said = new Map<number, Said>([
      [12, 'absent'],
      [11, 'present'],
      [13, 'unknown'],
      [99, 'present'],
    ])
    expect(saidOf(screen, said, new Set())).toEqual(['absent', 'present', 'present', 'unknown'])
    expect(decisionsOf(screen, said, new Set())).toEqual({ present: [14, 11], absent: [12] })
    // Whose picture did not come, nobody has seen: nothing is said of it, whatever was said before.
    expect(saidOf(screen, said, new Set([14, 12]))).toEqual(
      ['absent', 'present', 'present', 'unknown'].map((one, i) => ([14, 12].includes(screen.ids[i]) ? 'unknown' : one)),
    )
    expect(decisionsOf(screen, said, new Set([14, 12]))).toEqual({ present: [11], absent: [] })
    expect((['present', 'absent', 'unknown'] as const).map(flipped)).toEqual(['absent', 'present', 'present'])
  })

  test('whatever is said, each image of the screen is decided once at most, and no other', () => {
    const image = fc.record({
      p: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      said: fc.option(fc.constantFrom<Said>('present', 'absent', 'unknown')),
    })
    const numbers = fc.tuple(fc.nat(12), fc.nat(12), fc.option(fc.nat(20)))
    fc.assert(
      fc.property(fc.array(image, { maxLength: 12 }), numbers, (images, [start, size, cut]) => {
        const all = { ids: images.map((_, i) => i + 1), probabilities: images.map(({ p }) => p) }
        const said = new Map(images.flatMap(({ said }, i) => (said ? [[i + 1, said] as const] : [])))
        const screen = pageAt(all, start, size, cut)
        const { present, absent } = decisionsOf(screen, said, new Set())
        const decided = [...present, ...absent]
        expect(new Set(decided).size).toBe(decided.length)
        const open = screen.ids.filter((id, place) => (said.get(id) ?? screen.proposed[place]) === 'unknown')
        expect([...decided, ...open].sort()).toEqual([...screen.ids].sort())
        expect([...screen.ids].sort((a, b) => a - b)).toEqual(all.ids.slice(start, start + size))
      }),
    )
  })
})
