import { expect, test } from 'vitest'
import { scoreAccepted, sumOfAccepted } from '../../src/main/benchmark/score.ts'

/** 400 known images and 200 hidden ones of two labels: of the first, every hidden eighth that looks present is not; the second is rare. */
function masked() {
  const images = 600
  const known = Uint8Array.from({ length: 2 * images }, (_, at) => (at < 800 ? 1 : 0))
  const truth = new Uint8Array(2 * images)
  const probabilities = new Float32Array(2 * images)
  for (let row = 0; row < images; row++) {
    const looks = row % 2 === 0
    truth[2 * row] = looks && !(row >= 400 && row % 16 === 0) ? 1 : 0
    probabilities[2 * row] = looks ? 0.99 : 0.01
    truth[2 * row + 1] = row % 50 === 3 ? 1 : 0
    probabilities[2 * row + 1] = 0.02
  }
  return { probabilities, truth, known }
}

test('each label is told by itself: what was accepted, right, and lost', () => {
  const { probabilities, truth, known } = masked()
  const score = scoreAccepted(probabilities, truth, known, ['often', 'rare'])
  const hidden = Array.from({ length: 200 }, (_, i) => 400 + i)
  const often = hidden.filter((row) => truth[2 * row] === 1).length
  expect(score.labels).toEqual([
    {
      name: 'often',
      present: { count: 100, right: often },
      absent: { count: 100, right: 100, positives: often, lost: 0 },
    },
    { name: 'rare', present: { count: 0, right: 0 }, absent: { count: 0, right: 0, positives: 4, lost: 0 } },
  ])
  expect(score.present).toMatchObject({ count: 100, right: often, all: often + 4 })
})

test('over several masks, counts are summed label by label', () => {
  const { probabilities, truth, known } = masked()
  const one = scoreAccepted(probabilities, truth, known, ['often', 'rare'])
  const both = sumOfAccepted([one, one])
  expect(both.labels[0]).toEqual({
    name: 'often',
    present: { count: 2 * one.labels[0].present.count, right: 2 * one.labels[0].present.right },
    absent: { count: 200, right: 200, positives: 2 * one.labels[0].absent.positives, lost: 0 },
  })
  expect(both.present.share).toBeCloseTo(one.present.share)
  expect(both.present.all).toBe(2 * one.present.all)
})
