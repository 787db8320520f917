import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { dealFolds } from '../../src/main/training/heads/folds.ts'
import { evidenceOf, fitWithNames, type NameEvidence, wordsOfNames } from '../../src/main/training/names/evidence.ts'

const [images, labels, folds] = [300, 3, 3]

/** Labels that are present in a third of the images, a weak source of the pixels, and names that say as much as is wished. */
function scene(told: number) {
  const random = new RandomState(3)
  const truth = Float32Array.from({ length: images * labels }, () => (random.random() < 0.33 ? 1 : -1))
  const states = Int8Array.from(truth, (y) => (random.random() < 0.3 ? y : 0))
  const linear = truth.map((y) => 0.4 * y + random.normal())
  // Of CLIP's kind: large, and off by another amount for each label.
  const logits = truth.map((y, at) => 20 * (told * y + random.normal()) - 50 * (1 + (at % labels)))
  const names: NameEvidence = { vectors: new Float32Array(labels * 4), width: 4, logits }
  return { states, sources: { linear }, names, fold: dealFolds(states, labels, folds, 0) }
}

const fitting = { seed: 0, device: 'cpu' as const }

describe('what names say is blended', () => {
  test('where held-out labels say that it helps', async () => {
    const { states, sources, names, fold } = scene(1)
    const fitted = await fitWithNames(sources, names, states, labels, fold, folds, fitting)
    expect(fitted.names?.kept).toBe(true)
    expect(fitted.names!.with).toBeGreaterThan(fitted.names!.without + 0.1)
    expect(Object.keys(fitted.sources)).toEqual(['linear', 'names'])
    expect(fitted.suggester.blend.sources).toEqual(['linear', 'names'])
  })

  test('and left out where it tells nothing, or there are none', async () => {
    const { states, sources, names, fold } = scene(0)
    const fitted = await fitWithNames(sources, names, states, labels, fold, folds, fitting)
    expect(fitted.names?.kept).toBe(false)
    expect(Object.keys(fitted.sources)).toEqual(['linear'])
    const flat = { ...names, logits: new Float32Array(images * labels).fill(7) }
    expect((await fitWithNames(sources, flat, states, labels, fold, folds, fitting)).names?.kept).toBe(false)
    const none = await fitWithNames(sources, undefined, states, labels, fold, folds, fitting)
    expect(none.names).toBeUndefined()
    expect(none.crossFitted).toEqual(fitted.crossFitted)
  })
})

describe('vectors of names', () => {
  const shared = [3, 3, 3, 3, 3, 3]
  const apart = [
    [1, 0, 0, 0, 0, 0],
    [0.9, 0.1, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 1, 0],
  ]
  const vectors = Float32Array.from(apart.flatMap((one) => one.map((value, i) => value + shared[i])))
  const evidence: NameEvidence = { vectors, width: 6, logits: new Float32Array(2 * 4).map((_, i) => i) }

  test('are where a network begins: what is alike lies near, without what all names share', () => {
    const words = wordsOfNames(evidence, 64)
    const cosine = (a: number, b: number) => {
      const [one, other] = [a, b].map((c) => words.subarray(c * 64, (c + 1) * 64))
      return one.reduce((sum, value, i) => sum + value * other[i], 0) / 64
    }
    expect(words.length).toBe(4 * 64)
    expect(cosine(0, 0)).toBeCloseTo(1, 4)
    expect(cosine(0, 1)).toBeGreaterThan(0.9)
    expect(cosine(0, 2)).toBeLessThan(0.3)
    expect(wordsOfNames(evidence, 64)).toEqual(words)
  })

  test('and scores are those of the labels that are learnt', () => {
    const some = evidenceOf(evidence, [2, 0])
    expect([...some.vectors]).toEqual([...vectors.slice(12, 18), ...vectors.slice(0, 6)])
    expect([...some.logits]).toEqual([2, 0, 6, 4])
  })
})
