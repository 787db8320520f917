import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressOf, type Place, projectSign, readAddress } from '../../src/renderer/address/address.ts'
import { sortBy } from '../../src/renderer/state/filterText.ts'
import { dialogNames } from '../../src/renderer/state/ui.ts'

const label = (id: number, name: string) => ({
  ...{ id, name, colour: '#000000', key: null, description: '', presentCount: 0, absentCount: 0 },
  ...{ parentId: null, group: '', exclusive: false, examples: [] },
})
const labels = [label(1, 'dog'), label(2, 'open=settings & #?/'), label(3, 'Möwe:present')]
const project = projectSign('3f2a9c1e-0000-4000-8000-000000000000')
const grid: Place = {
  ...{ imageId: null, modelPage: false, shownModel: null, labelByLabelId: null, dialog: null, editedLabel: null },
  ...{ filter: {}, sort: { by: 'path' } },
}

test.each<[Partial<Place>, string]>([
  [{}, '#/3f2a9c1e/images'],
  [{ imageId: 12 }, '#/3f2a9c1e/image/12'],
  [{ labelByLabelId: 3 }, '#/3f2a9c1e/label-by-label/3'],
  [{ labelByLabelId: 3, imageId: 12 }, '#/3f2a9c1e/label-by-label/3/image/12'],
  [{ modelPage: true }, '#/3f2a9c1e/model'],
  [{ modelPage: true, shownModel: 4, imageId: 12 }, '#/3f2a9c1e/model/4/image/12'],
  [{ dialog: 'settings' }, '#/3f2a9c1e/images?open=settings'],
  [{ editedLabel: 0 }, '#/3f2a9c1e/images?open=new-label'],
  [
    { filter: { labels: [{ labelId: 1, is: 'unknown' }] }, sort: sortBy('uncertain'), editedLabel: 2 },
    '#/3f2a9c1e/images?label=dog:unknown&sort=uncertain&open=label-2',
  ],
])('%j is %s', (part, address) => {
  expect(addressOf({ ...grid, ...part }, project, labels)).toBe(address)
})

test('what is written is read, whatever is on the screen', () => {
  const id = fc.integer({ min: 1, max: 1e9 })
  const places = fc.record({
    imageId: fc.option(id),
    under: fc.constantFrom<Partial<Place>>(
      {},
      { modelPage: true },
      { modelPage: true, shownModel: 7 },
      { labelByLabelId: 2 },
    ),
    over: fc.oneof(
      fc.constant({}),
      fc.constantFrom(...dialogNames).map((dialog) => ({ dialog })),
      fc.nat(9).map((editedLabel) => ({ editedLabel })),
    ),
    filter: fc.record(
      {
        text: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() === text),
        suggested: fc.boolean(),
        labels: fc.array(fc.record({ labelId: fc.constantFrom(1, 2, 3), is: fc.constant('present' as const) }), {
          minLength: 1,
        }),
      },
      { requiredKeys: [] },
    ),
    sort: fc.constantFrom(...(['path', 'known', 'confidence', 'audit'] as const)).map((by) => sortBy(by)),
  })
  fc.assert(
    fc.property(places, fc.boolean(), ({ imageId, under, over, filter, sort }, isOpen) => {
      const place: Place = { ...grid, ...(isOpen && { imageId, ...under, filter, sort }), ...over }
      // As a browser gives it back.
      const url = new URL(addressOf(place, isOpen ? project : null, labels) || '#', 'http://127.0.0.1/')
      const read = readAddress(url.hash, labels)
      expect(read).toMatchObject({ project: isOpen ? project : null, problem: null })
      expect({ ...read?.place, ...read?.view }).toEqual(place)
    }),
  )
})

test.each([
  '#x',
  '#/short/images',
  '#/3f2a9c1e',
  '#/3f2a9c1e/nowhere',
  '#/3f2a9c1e/image/x',
  '#/3f2a9c1e/image/1/image/2',
])('%s is no address', (address) => expect(readAddress(address, labels)).toBeUndefined())

test('a label that is gone is said; the screen is still found', () => {
  const read = readAddress('#/3f2a9c1e/image/5?label=cat:present&open=nothing', labels)
  expect(read).toMatchObject({ place: { imageId: 5, dialog: null }, view: { filter: {} } })
  expect(read?.problem?.message).toContain('cat')
})
