import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { applyBlend, fitBlend } from '../../src/main/suggestions/blend.ts'
import { conditionalLogOdds } from '../../src/main/suggestions/conditional.ts'
import { fitConditional } from '../../src/main/suggestions/conditionalFit.ts'
import { fitLogistic, logistic } from '../../src/main/suggestions/logistic.ts'
import { nearestImages } from '../../src/main/suggestions/neighbours.ts'
import {
  confidenceOf,
  rankSuggestions,
  ScoreTable,
  scoresFile,
  suggestionOf,
  writeScores,
} from '../../src/main/suggestions/scores.ts'
import { crossFittedProbabilities } from '../../src/main/suggestions/suggester.ts'
import { neighbourVote, votersOf } from '../../src/main/suggestions/vote.ts'
import { calibrationError } from '../../src/main/training/measure/metrics.ts'

const fitting = { seed: 0, device: 'cpu' } as const

describe('small logistic regressions', () => {
  test('with no entry the answer is the prior', () => {
    const prior = Float64Array.of(1, -2)
    const problem = { inputs: new Float64Array(0), targets: new Uint8Array(0), prior, precision: Float64Array.of(1, 1) }
    expect(fitLogistic(problem)).toEqual(prior)
  })

  test('with many entries it finds the weights that made them', () => {
    const random = new RandomState(1)
    const inputs = Float64Array.from({ length: 40_000 }, (_, at) => (at % 2 ? 1 : random.normal()))
    const targets = Uint8Array.from({ length: 20_000 }, (_, i) =>
      random.random() < logistic(1.5 * inputs[2 * i] - 0.7) ? 1 : 0,
    )
    const weights = fitLogistic({ inputs, targets, prior: Float64Array.of(0, 0), precision: Float64Array.of(1, 1) })
    expect(weights[0]).toBeCloseTo(1.5, 1)
    expect(weights[1]).toBeCloseTo(-0.7, 1)
  })

  test('all of one kind: the weights stay finite', () => {
    const weights = fitLogistic({
      inputs: Float64Array.of(1, 1, 1),
      targets: Uint8Array.of(1, 1, 1),
      prior: Float64Array.of(0),
      precision: Float64Array.of(1),
    })
    expect(Number.isFinite(weights[0])).toBe(true)
    expect(weights[0]).toBeGreaterThan(0)
  })
})

describe('calibration', () => {
  /** Scores that are log odds of the truth, but stretched and shifted, as a network's are. */
  function stretched(rows: number, labels: number, share: (label: number) => number) {
    const random = new RandomState(3)
    const odds = new Float32Array(rows * labels)
    const truth = new Int8Array(rows * labels)
    const states = new Int8Array(rows * labels)
    for (let at = 0; at < odds.length; at++) {
      const z = 2 * random.normal() - 1
      truth[at] = random.random() < logistic(z) ? 1 : -1
      odds[at] = 4 * z + 3
      if (random.random() < share(at % labels)) states[at] = truth[at]
    }
    return { odds, truth, states }
  }

  test('probabilities of unknown labels say how often they are right', () => {
    const { odds, truth, states } = stretched(3000, 4, () => 0.3)
    const probabilities = applyBlend(fitBlend({ odds }, states, 4), { odds }).map(logistic)
    const unknown = Array.from(states.keys()).filter((at) => states[at] === 0)
    const error = (of: Float32Array) =>
      calibrationError(
        unknown.map((at) => of[at]),
        unknown.map((at) => truth[at]),
      )
    expect(error(odds.map(logistic))).toBeGreaterThan(0.1)
    expect(error(probabilities)).toBeLessThan(0.02)
  })

  test('a label with hardly anything known falls back to the fit that all share', () => {
    const { odds, truth, states } = stretched(3000, 4, (label) => (label === 3 ? 0.001 : 0.3))
    const blend = fitBlend({ odds }, states, 4)
    const probabilities = applyBlend(blend, { odds }).map(logistic)
    const rare = Array.from(states.keys()).filter((at) => at % 4 === 3 && states[at] === 0)
    expect(
      calibrationError(
        rare.map((at) => probabilities[at]),
        rare.map((at) => truth[at]),
      ),
    ).toBeLessThan(0.04)
    expect(Math.abs(blend.weights[3][0] - blend.shared[0])).toBeLessThan(0.1)
  })
})

describe('what the other labels of an image say', () => {
  const labels = 3
  /** Label 1 is present where label 0 is, and nothing of it can be seen; label 2 has nothing to do with either. */
  function related(rows: number) {
    const random = new RandomState(5)
    const truth = new Int8Array(rows * labels)
    const states = new Int8Array(rows * labels)
    const own = new Float32Array(rows * labels)
    for (let row = 0; row < rows; row++) {
      const at = row * labels
      truth[at] = random.random() < 0.4 ? 1 : -1
      truth[at + 1] = random.random() < 0.95 ? truth[at] : -truth[at]
      truth[at + 2] = random.random() < 0.5 ? 1 : -1
      own[at] = truth[at] + random.normal()
      own[at + 2] = 2 * truth[at + 2] + random.normal()
      own[at + 1] = 0.1 * random.normal()
      for (let label = 0; label < labels; label++) if (random.random() < 0.6) states[at + label] = truth[at + label]
    }
    return { truth, states, own }
  }

  test('a label that goes with another follows it as soon as it is marked', async () => {
    const { states, own } = related(2000)
    const conditional = await fitConditional(own, states, labels, fitting)
    const odds = (state0: number, state2 = 0) =>
      conditionalLogOdds(conditional, Float32Array.of(0, 0, 0), Int8Array.of(state0, 0, state2))[1]
    expect(odds(1)).toBeGreaterThan(1.5)
    expect(odds(-1)).toBeLessThan(-1.5)
    // The one that has nothing to do with it moves it by chance only.
    expect(Math.abs(odds(0, 1) - odds(0, -1))).toBeLessThan((odds(1) - odds(-1)) / 5)
  })

  test('what is known of a label itself says nothing about it', async () => {
    const { states, own } = related(500)
    const conditional = await fitConditional(own, states, labels, fitting)
    const score = (state1: number) =>
      conditionalLogOdds(conditional, Float32Array.of(0.3, 0.1, -1), Int8Array.of(0, state1, 0))[1]
    expect(score(1)).toBe(score(-1))
  })

  test('held-out figures are of fits that never saw the label: turning it round does not change its probability', async () => {
    const { states, own } = related(300)
    const fold = Uint8Array.from(states, (state, at) => (state === 0 ? 255 : Math.floor(at / labels) % 3))
    const at = states.findIndex((state, i) => state !== 0 && fold[i] === 1)
    const turned = states.map((state, i) => (i === at ? -state : state))
    const of = (y: Int8Array) => crossFittedProbabilities({ own }, y, labels, fold, 3, fitting)
    expect((await of(turned))[at]).toBe((await of(states))[at])
  })

  test('no known label at all leaves the scores as they are', async () => {
    const conditional = await fitConditional(Float32Array.of(1, -1), new Int8Array(2), 2, fitting)
    const result = conditionalLogOdds(conditional, Float32Array.of(1, -1), new Int8Array(2))
    expect(Array.from(result)).toEqual([1, -1])
  })
})

describe('the vote of similar images', () => {
  test('comes from the nearest ones where the label is known, never from the image itself', async () => {
    // Two groups of images in two directions; label 0 is known present in one, absent in the other.
    const unit = Float32Array.from({ length: 12 }, (_, i) => (Math.floor(i / 2) < 3 ? 1 - (i % 2) : i % 2))
    const near = await nearestImages(unit, unit, 2, 6, { device: 'cpu' })
    const vote = neighbourVote(near, Int8Array.of(0, 1, 1, 0, -1, -1), 1)
    expect(vote[0]).toBeGreaterThan(0.5)
    expect(vote[3]).toBeLessThan(-0.5)
    // Said one by one: those of the other group are far, and the image itself is not among them.
    const states = Int8Array.of(0, 1, 1, 0, -1, -1)
    const of = (row: number) =>
      votersOf(
        { places: near.places.subarray(6 * row, 6 * row + 6), similarities: near.similarities.subarray(6 * row) },
        row,
        states,
        1,
        0,
      )
    expect(of(0).map(({ state, similarity }) => [state, similarity])).toEqual([
      [1, 1],
      [1, 1],
      [-1, 0],
      [-1, 0],
    ])
    expect(of(1).map(({ place }) => place)).not.toContain(1)
    const alone = neighbourVote(near, Int8Array.of(0, 1, 0, 0, -1, -1), 1)
    // Image 1 is the only one of its group that is known: what it says about itself is not heard.
    expect(alone[1]).toBeLessThan(alone[0])
  })
})

describe('scores on disk', () => {
  const scores = {
    imageIds: Int32Array.of(3, 5, 9),
    labelIds: Int32Array.of(2, 1),
    probabilities: Float32Array.of(0.95, Number.NaN, 0.2, 0.01, 0.5, 0.97),
  }
  const folder = () => mkdtempSync(path.join(tmpdir(), 'surmise-scores-'))

  test('come back as they were, by image and label', async () => {
    const file = scoresFile(folder(), 'a')
    await writeScores(file, scores)
    const table = (await ScoreTable.read(file))!
    expect(table.imageIds).toEqual(scores.imageIds)
    expect(table.probability(3, 2)).toBeCloseTo(0.95)
    expect(table.probability(9, 1)).toBeCloseTo(0.97)
    expect(table.probability(5, 2)).toBeNaN()
    expect(table.probability(4, 2)).toBeNaN()
    expect(table.probability(3, 7)).toBeNaN()
  })

  test('a file that is gone, cut off or something else is no scores', async () => {
    const file = scoresFile(folder(), 'a')
    expect(await ScoreTable.read(file)).toBeUndefined()
    await writeScores(file, scores)
    const whole = readFileSync(file)
    for (const bytes of [whole.subarray(0, whole.length - 1), whole.subarray(0, 10), Buffer.from('hello, world')]) {
      writeFileSync(file, bytes)
      expect(await ScoreTable.read(file)).toBeUndefined()
    }
  })

  test('the most confident come first, present and absent alike, and decided ones not at all', () => {
    const table = new ScoreTable(scores)
    const ranked = rankSuggestions(table, (image, label) => !(image === 9 && label === 1))
    const named = ranked.map(({ row, column }) => [table.imageIds[row], table.labelIds[column]])
    expect(named).toEqual([
      [3, 1],
      [3, 2],
      [9, 2],
      [5, 1],
    ])
    const sure = rankSuggestions(table, () => true, { likelyOnly: true })
    expect(sure.map(({ probability }) => suggestionOf(probability))).toEqual(['absent', 'present', 'present'])
    expect(confidenceOf(0.2)).toBeCloseTo(0.8)
  })
})
