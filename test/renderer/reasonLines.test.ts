import { expect, test } from 'vitest'
import type { Reasons } from '../../src/contract/schemas.ts'
import { reasonLines } from '../../src/renderer/images/reasonLines.ts'

const reasons: Reasons = {
  probability: 0.9,
  logOdds: 2.2,
  base: -0.5,
  model: [
    { name: 'linear', logOdds: 1.2 },
    { name: 'sst', logOdds: 0.9 },
  ],
  intra: {
    known: [
      { labelId: 2, state: 1, logOdds: 0.8 },
      { labelId: 3, state: -1, logOdds: -0.3 },
      { labelId: 4, state: 1, logOdds: 0.01 },
    ],
    seen: -0.01,
  },
  cross: {
    logOdds: 0.1,
    nearest: [1, 1, -1].map((state, i) => ({
      imageId: i + 1,
      path: `${i}.jpg`,
      version: 'v',
      similarity: 0.9 - i / 10,
      state: state as 1 | -1,
    })),
  },
  attention: null,
}
const nameOf = (id: number) => ['', 'sea', 'beach', 'snow', 'dog'][id]

test('reasons in words: the strong ones by name, the small ones together, and all of it adds up', () => {
  const lines = reasonLines(reasons, nameOf)
  expect(lines.map(({ text }) => text)).toEqual([
    'Looks like it',
    '2 of the 3 most similar known images have it',
    'beach is present',
    'snow is absent',
    'How common it is, and minor reasons',
  ])
  expect(lines[0].logOdds).toBeCloseTo(2.1)
  expect(lines.reduce((sum, one) => sum + one.logOdds, 0)).toBeCloseTo(2.2)
})

test('against it, and without features', () => {
  const against = { ...reasons, model: [{ name: 'linear', logOdds: -1 }], cross: { logOdds: -0.2, nearest: null } }
  expect(reasonLines(against, nameOf).slice(0, 2)).toEqual([
    { text: 'Doesn’t look like it', logOdds: -1 },
    { text: 'Similar images', logOdds: -0.2 },
  ])
})
