import { expect, test } from 'vitest'
import { dayBegan, remaining, savedBy } from '../../src/renderer/progress/estimate.ts'

const labels = [
  { id: 1, presentCount: 10, absentCount: 20 },
  { id: 2, presentCount: 0, absentCount: 0 },
]

test('what is left, and how long that takes at the rate of the session', () => {
  const likely = [{ present: 5, absent: 45 }]
  expect(remaining(100, labels, likely, 12)).toEqual({
    pairs: 200,
    known: 30,
    unknown: 170,
    suggested: 50,
    minutes: 10,
  })
  expect(remaining(100, labels, likely, null).minutes).toBeNull()
  expect(remaining(0, [], [], 12)).toEqual({ pairs: 0, known: 0, unknown: 0, suggested: 0, minutes: 0 })
})

test('accepting in bulk saves all decisions but one a stroke', () => {
  const decisions = { byHand: 5, oneByOne: 3, inBulk: 120, strokes: 2, imported: 9 }
  expect(savedBy(decisions)).toBe(118)
  expect(savedBy({ ...decisions, inBulk: 0, strokes: 0 })).toBe(0)
})

test('a day begins at midnight where the person is', () => {
  const began = new Date(dayBegan(new Date(2026, 10, 24, 13, 30)))
  expect([began.getDate(), began.getHours(), began.getMinutes()]).toEqual([24, 0, 0])
})
