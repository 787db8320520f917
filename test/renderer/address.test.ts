import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddress, type Place, parseAddress, projectSign } from '../../src/renderer/address/address.ts'
import { type Dialog, dialogNames } from '../../src/renderer/state/dialog.ts'
import { sortBy } from '../../src/renderer/state/filterText.ts'
import { type Ground, grid, type Screen } from '../../src/renderer/state/screen.ts'

const label = (id: number, name: string) => ({
  ...{ id, name, colour: '#000000', key: null, description: '', presentCount: 0, absentCount: 0 },
  ...{ parentId: null, group: '', exclusive: false, examples: [] },
})
const labels = [label(1, 'dog'), label(2, 'open=settings & #?/'), label(3, 'Möwe:present')]
const project = projectSign('3f2a9c1e-0000-4000-8000-000000000000')
const start: Place = { screen: grid, dialog: null, filter: {}, sort: { by: 'path' } }
const labelByLabel: Ground = { kind: 'labelByLabel', labelId: 3 }

test.each<[Partial<Place>, string]>([
  [{}, '#/3f2a9c1e/images'],
  [{ screen: { kind: 'image', imageId: 12, over: grid } }, '#/3f2a9c1e/image/12'],
  [{ screen: labelByLabel }, '#/3f2a9c1e/label-by-label/3'],
  [{ screen: { kind: 'image', imageId: 12, over: labelByLabel } }, '#/3f2a9c1e/label-by-label/3/image/12'],
  [{ screen: { kind: 'model', version: null } }, '#/3f2a9c1e/model'],
  [{ screen: { kind: 'image', imageId: 12, over: { kind: 'model', version: 4 } } }, '#/3f2a9c1e/model/4/image/12'],
  [{ dialog: { kind: 'settings' } }, '#/3f2a9c1e/images?open=settings'],
  [{ dialog: { kind: 'label', labelId: null } }, '#/3f2a9c1e/images?open=new-label'],
  [
    {
      filter: { labels: [{ labelId: 1, is: 'unknown' }] },
      sort: sortBy('uncertain'),
      dialog: { kind: 'label', labelId: 2 },
    },
    '#/3f2a9c1e/images?label=dog:unknown&sort=uncertain&open=label-2',
  ],
])('%j is %s', (part, address) => {
  expect(formatAddress({ ...start, ...part }, project, labels)).toBe(address)
})

test('what is written is read, whatever is on the screen', () => {
  const id = fc.integer({ min: 1, max: 1e9 })
  const grounds: fc.Arbitrary<Ground> = fc.oneof(
    fc.constant(grid),
    id.map((labelId) => ({ kind: 'labelByLabel' as const, labelId })),
    fc.option(id).map((version) => ({ kind: 'model' as const, version })),
  )
  const screens: fc.Arbitrary<Screen> = fc.oneof(
    grounds,
    fc.tuple(id, grounds).map(([imageId, over]) => ({ kind: 'image' as const, imageId, over })),
  )
  const dialogs: fc.Arbitrary<Dialog | null> = fc.oneof(
    fc.constant(null),
    fc.constantFrom(...dialogNames).map((kind) => ({ kind })),
    fc.option(id).map((labelId) => ({ kind: 'label' as const, labelId })),
  )
  const places = fc.record({
    screen: screens,
    dialog: dialogs,
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
    fc.property(places, fc.boolean(), (any, isOpen) => {
      const place = isOpen ? any : { ...start, dialog: any.dialog }
      // As a browser gives it back.
      const url = new URL(formatAddress(place, isOpen ? project : null, labels) || '#', 'http://127.0.0.1/')
      const { filter, sort, ...others } = place
      expect(parseAddress(url.hash, labels)).toEqual({
        ...others,
        project: isOpen ? project : null,
        view: { filter, sort },
        problem: null,
      })
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
])('%s is no address', (address) => expect(parseAddress(address, labels)).toBeUndefined())

test('a label that is gone is said; the screen is still found', () => {
  const read = parseAddress('#/3f2a9c1e/image/5?label=cat:present&open=nothing', labels)
  expect(read).toMatchObject({ screen: { kind: 'image', imageId: 5 }, dialog: null, view: { filter: {} } })
  expect(read?.problem?.message).toContain('cat')
})
