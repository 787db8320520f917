import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Findable, rank } from '../../src/renderer/palette/rank.ts'

const items: Findable[] = [
  { id: 'undo', title: 'Undo', available: true },
  { id: 'export', title: 'Export', words: 'save coco', available: true },
  { id: 'fit', title: 'Fit the image', available: false },
  { id: 'train', title: 'Fine-tune', words: 'train learn', available: true },
  { id: 'dog', title: 'dog: present', available: true },
  { id: 'hot', title: 'hot dog: present', available: true },
  { id: 'cafe', title: 'Café: absent', available: true },
]
const ids = (query: string, recent: string[] = []) => rank(query, items, recent).map(({ id }) => id)

describe('the palette', () => {
  test('with nothing typed, all that can be done now, what was done last before the rest', () => {
    expect(ids('')).toEqual(['undo', 'export', 'train', 'dog', 'hot', 'cafe'])
    expect(ids(' ', ['train', 'fit', 'export'])).toEqual(['train', 'export', 'undo', 'dog', 'hot', 'cafe'])
  })

  test('names that begin with it come before words that do, and those before other words for it', () => {
    expect(ids('dog')).toEqual(['dog', 'hot'])
    expect(ids('hot')).toEqual(['hot'])
    expect(ids('tune')).toEqual(['train'])
    expect(ids('coco')).toEqual(['export'])
    expect(ids('learn')).toEqual(['train'])
  })

  test('every word has to be there, in any order, whatever its case and accents', () => {
    expect(ids('PRES dog hot')).toEqual(['hot'])
    expect(ids('cafe abs')).toEqual(['cafe'])
    expect(ids('dog absent')).toEqual([])
  })

  test('what can’t be done now is found too, at the end', () => {
    expect(ids('fi')).toEqual(['train', 'fit'])
  })

  test('habit decides among equals only', () => {
    expect(ids('present', ['hot'])).toEqual(['hot', 'dog'])
    expect(ids('dog', ['hot'])).toEqual(['dog', 'hot'])
  })

  test('whatever is typed, it is no error, and nothing comes twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        const found = ids(query)
        expect(new Set(found).size).toBe(found.length)
      }),
    )
  })
})
