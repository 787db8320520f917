import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { applyBlend } from '../../src/main/suggestions/blend.ts'
import { FollowedScores } from '../../src/main/suggestions/rescoring.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { fitSuggester, type Suggester, suggestionProbabilities } from '../../src/main/suggestions/suggester.ts'
import {
  readBlended,
  readImages,
  readTrainedOn,
  suggesterFile,
  writeSuggester,
} from '../../src/main/suggestions/suggesterFile.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-rescoring-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const [images, labels] = [60, 5]
const random = new RandomState(2)
const truth = Int8Array.from({ length: images * labels }, () => (random.random() < 0.4 ? 1 : -1))
for (let at = 0; at < truth.length; at += labels) truth[at + 1] = truth[at]
const noisy = () => Float32Array.from(truth, (y) => y + 2 * random.normal())
const sources = { linear: noisy(), sst: noisy(), vote: noisy() }
const states = truth.map((y) => (random.random() < 0.5 ? y : 0))
/** Images 3, 6, 9 …, and one without features before them. */
const imageIds = Int32Array.from({ length: images }, (_, i) => 3 * i + 3)
const labelIds = Int32Array.of(4, 9, 2, 7, 1)
const keys = Array.from(imageIds, (id) => id.toString(16).padStart(64, '0'))
const described = Float32Array.from({ length: 2 * images }, (_, at) => Math.f16round(at / 7))
const features = 'tiny'
const crossFitted = Float32Array.from(states, () => random.random())
let suggester: Suggester
let stored: Float32Array

beforeAll(async () => {
  suggester = await fitSuggester(sources, states, labels, { seed: 0, device: 'cpu' })
  stored = suggestionProbabilities(suggester, sources, states).map((p, at) => (states[at] === 0 ? p : crossFitted[at]))
  const own = applyBlend(suggester.blend, sources)
  await writeSuggester(suggesterFile(folder, 'm'), {
    imageIds,
    keys,
    labelIds,
    states,
    own,
    sources,
    suggester,
    described,
    features,
    folds: 4,
    neighbours: 77,
  })
  const columns = new Float32Array((images + 1) * labels).fill(Number.NaN)
  stored.forEach((p, at) => {
    columns[(at % labels) * (images + 1) + Math.floor(at / labels) + 1] = p
  })
  const all = Int32Array.of(1, ...imageIds)
  await writeScores(scoresFile(folder, 'm'), { imageIds: all, labelIds, probabilities: columns })
})

const stateOf = (now: Int8Array, row: number) => (labelId: number) => now[row * labels + labelIds.indexOf(labelId)]
const shown = (followed: FollowedScores, row: number) =>
  Array.from(labelIds, (labelId) => followed.table.probability(imageIds[row], labelId))

test('after any marks: what training would have computed for unknown labels, the cross-fitted for known ones', async () => {
  const followed = (await FollowedScores.read(folder, 'm'))!
  const now = states.slice()
  const change = fc.record({
    row: fc.nat(images - 1),
    column: fc.nat(labels - 1),
    state: fc.constantFrom(-1, 0, 1),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
      for (const { row, column, state } of changes) {
        now[row * labels + column] = state
        followed.follow(imageIds[row], stateOf(now, row))
        const expected = suggestionProbabilities(suggester, sources, now).map((p, at) =>
          now[at] === 0 ? p : stored[at],
        )
        expect(shown(followed, row)).toEqual([...expected.subarray(row * labels, (row + 1) * labels)])
      }
    }),
    { numRuns: 20 },
  )
  // Back to what was known: back to what training left, bit for bit.
  for (let row = 0; row < images; row++) {
    followed.followRow(row, stateOf(states, row))
    expect(shown(followed, row)).toEqual([...stored.subarray(row * labels, (row + 1) * labels)])
  }
})

test('a mark moves the other labels, and nothing that is known of a label moves it itself', async () => {
  const { rescorer } = (await FollowedScores.read(folder, 'm'))!
  const marked = (state: number) => rescorer!.rescore(imageIds[0], Int8Array.of(state, 0, 0, 0, 0))!
  expect(marked(1)[1]).toBeGreaterThan(marked(0)[1])
  expect(marked(-1)[1]).toBeLessThan(marked(0)[1])
  expect(marked(1)[0]).toBe(marked(-1)[0])
  expect(rescorer!.rescore(1, new Int8Array(labels))).toBeUndefined()
})

test('an image without features stays without scores', async () => {
  const followed = (await FollowedScores.read(folder, 'm'))!
  followed.follow(1, () => 1)
  expect(followed.table.probability(1, 4)).toBeNaN()
})

test('what was blended, and how images are compared, can be read for one entry', async () => {
  const file = suggesterFile(folder, 'm')
  const { names, logOdds, weights } = await readBlended(file, 17, 3)
  expect(names).toEqual(['linear', 'sst', 'vote'])
  expect([...logOdds]).toEqual(Object.values(sources).map((column) => column[17 * labels + 3]))
  expect([...weights]).toEqual(suggester.blend.weights[3].map(Math.fround))
  expect(await readImages(file)).toEqual({ imageIds, keys, described, features, neighbours: 77 })
  expect(await readTrainedOn(file)).toMatchObject({ folds: 4, features })
})

test('a file of before it said how often labels were held out, and with how many images one is compared, keeps what held then', async () => {
  const file = suggesterFile(folder, 'm')
  const whole = readFileSync(file)
  // The same length, so that everything else stays where it is.
  const unsaid = Buffer.from(
    whole.toString('latin1').replace('"folds":', '"flods":').replace('"neighbours":', '"neighbuors":'),
    'latin1',
  )
  expect(unsaid.equals(whole)).toBe(false)
  writeFileSync(file, unsaid)
  expect(await readImages(file)).toMatchObject({ neighbours: 400 })
  expect(await readTrainedOn(file)).toMatchObject({ folds: 3 })
  writeFileSync(file, whole)
})

test('without the file, or with a damaged or a foreign one, scores are as training left them', async () => {
  const file = suggesterFile(folder, 'm')
  const whole = readFileSync(file)
  const others = {
    ...suggester,
    imageIds,
    keys,
    states,
    sources,
    suggester,
    described,
    features,
    folds: 4,
    neighbours: 77,
  }
  const foreign = suggesterFile(folder, 'other')
  const own = applyBlend(suggester.blend, sources)
  await writeSuggester(foreign, { ...others, own, labelIds: Int32Array.of(4, 9, 2, 7, 3) })
  for (const bytes of [whole.subarray(0, whole.length - 1), undefined, readFileSync(foreign)]) {
    if (bytes) writeFileSync(file, bytes)
    else rmSync(file)
    const followed = (await FollowedScores.read(folder, 'm'))!
    followed.follow(imageIds[0], () => 1)
    expect(followed.images).toBe(0)
    expect(shown(followed, 0)).toEqual([...stored.subarray(0, labels)])
  }
  writeFileSync(file, whole)
})
