import { expect, test } from 'vitest'
import { actionToday, viewToday } from '../../src/contract/oldWords.ts'

test.each([
  ['together', 'bulk'],
  ['grid.review', 'grid.label-by-label'],
  ['review.cut-back', 'label-by-label.cut-back'],
  ['review 3', 'label-by-label 3'],
  ['sort disagreeing', 'sort mistakes'],
  ...['sort audit', 'export', 'image.next', 'saved review', 'open /home/review'].map((id) => [id, id]),
])('the action or command %s is %s today', (stored, today) => expect(actionToday(stored)).toBe(today))

test('a stored view names its order as it is called today; the rest of it stays', () => {
  const place = { filter: { text: 'disagreeing' }, cursor: 3 }
  expect(viewToday({ ...place, sort: { by: 'disagreeing', descending: true } })).toEqual({
    ...place,
    sort: { by: 'mistakes', descending: true },
  })
  for (const other of [null, {}, { ...place, sort: { by: 'path' } }]) expect(viewToday(other)).toEqual(other)
})
