import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { hashedLabelVectors } from '../../src/main/sst/labelVectors.ts'
import { labelVectors, labelVectorsFrom } from '../../src/main/training/names/wordVectors.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-vectors-'))

function file(name: string, text: string): string {
  const made = path.join(folder, name)
  writeFileSync(made, text)
  return made
}

const glove = file(
  'glove.txt',
  'the 9 9 9 9\ndog 3 0 0 0\npotted 0 2 0 0\nplant 0 0 2 0\nst 1 1 1 1\nbernard 0 0 0 7\n',
)

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test('a name is its word, the mean of its words, or two words written as one; what is not found is hashed', async () => {
  const names = ['Dog', 'potted plant', 'pottedplant', 'PottedPlant', 'zebra']
  const { vectors, missing } = await labelVectorsFrom(glove, names, 4)
  const of = (label: number) => vectors.subarray(label * 4, (label + 1) * 4)
  expect(Array.from(of(0))).toEqual([2, 0, 0, 0])
  for (const label of [1, 2, 3])
    for (const [i, x] of [0, Math.SQRT2, Math.SQRT2, 0].entries()) expect(of(label)[i]).toBeCloseTo(x)
  expect(missing).toEqual(['zebra'])
  expect(of(4)).toEqual(hashedLabelVectors(names, 4).subarray(16))
})

test('another width keeps angles, roughly', async () => {
  const { vectors } = await labelVectorsFrom(glove, ['potted', 'potted plant', 'dog'], 400)
  const of = (label: number) => vectors.subarray(label * 400, (label + 1) * 400)
  expect(cosine(of(0), of(1))).toBeCloseTo(Math.SQRT1_2, 0)
  expect(Math.abs(cosine(of(0), of(2)))).toBeLessThan(0.2)
  expect(of(2).reduce((sum, x) => sum + x * x, 0) / 400).toBeCloseTo(1)
})

test('a first line of counts is passed over', async () => {
  const { missing } = await labelVectorsFrom(file('w2v.txt', '2 3\ndog 1 2 3\ncat 3 2 1\n'), ['cat'], 3)
  expect(missing).toEqual([])
})

test.each([
  ['no file', path.join(folder, 'none.txt'), 'word-vectors-unreadable'],
  ['nothing in it', file('empty.txt', ''), 'word-vectors-unreadable'],
  ['no numbers', file('prose.txt', 'Once upon a time\nthere was\n'), 'word-vectors-unreadable'],
  ['a line that is shorter', file('short.txt', 'cat 1 2 3\ndog 1 2\n'), 'word-vectors-unreadable'],
  ['none of the words', glove, 'word-vectors-foreign'],
])('%s is said in a sentence', async (_, from, code) => {
  await expect(
    labelVectors(['dogs', 'horse', 'dog '].slice(0, code === 'word-vectors-foreign' ? 2 : 3), 8, from),
  ).rejects.toMatchObject({ code })
})
