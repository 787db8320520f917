import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { blendQuality, fitImageBlend, imageLogOdds, imageSources } from '../../src/main/deployment/imageBlend.ts'
import { logistic } from '../../src/main/suggestions/logistic.ts'
import type { Sources } from '../../src/main/suggestions/suggester.ts'
import { fineTune } from '../../src/main/training/fineTune.ts'
import { calibrationError } from '../../src/main/training/measure/metrics.ts'
import { Scenes } from '../training/scenes.ts'

const names = ['a', 'b', 'c']

/** Sources that are all too sure, each in its own way, and a vote that would spoil what listens to it. */
function drawn(images: number): { sources: Sources; truth: Int8Array } {
  const random = new RandomState(2)
  const truth = Int8Array.from({ length: images * names.length }, (_, at) =>
    random.random() < [0.5, 0.2, 0.1][at % 3] ? 1 : -1,
  )
  const noisy = (strength: number): Float32Array =>
    Float32Array.from(truth, (y) => 3 * (strength * y + 1.5 * random.normal()))
  const sources: Sources = Object.fromEntries(imageSources.map((name, i) => [name, noisy(0.5 + 0.3 * i)]))
  sources.vote = Float32Array.from(truth, (y) => 20 * y)
  return { sources, truth }
}

describe('the blend of what an image alone gives', () => {
  test('is calibrated on labels that nothing had seen, and takes no word from similar images', () => {
    const { sources, truth } = drawn(3000)
    const random = new RandomState(4)
    const states = truth.map((y) => (random.random() < 0.5 ? y : 0))
    const blend = fitImageBlend(sources, states, names.length)
    const probabilities = imageLogOdds(blend, sources).map(logistic)
    const hidden = [...states.keys()].filter((at) => states[at] === 0)
    const of = (values: ArrayLike<number>): number[] => hidden.map((at) => values[at])
    expect(calibrationError(of(probabilities), of(truth))).toBeLessThan(0.02)
    expect(calibrationError(of(sources.sst.map(logistic)), of(truth))).toBeGreaterThan(0.08)

    const quality = blendQuality(sources, states, names, blend.shifts, { folds: 3, seed: 0 })
    expect(quality.metrics.calibrationError).toBeLessThan(0.02)
    expect(quality.metrics.heldOut).toBe(states.filter((state) => state !== 0).length)
    expect(quality.reliability.reduce((sum, { count }) => sum + count, 0)).toBe(quality.metrics.heldOut)

    const { vote: _, ...own } = sources
    expect(fitImageBlend(own, states, names.length)).toEqual(blend)
  })

  test('where labels are ticked and rarely denied, probabilities and thresholds move to where the unknown are', () => {
    const { sources, truth } = drawn(3000)
    const random = new RandomState(4)
    const states = truth.map((y) => (random.random() < (y === 1 ? 0.4 : 0.03) ? y : 0))
    const blend = fitImageBlend(sources, states, names.length)
    expect(Math.max(...blend.shifts)).toBeLessThan(-0.5)
    const hidden = [...states.keys()].filter((at) => states[at] === 0)
    const error = (probabilities: Float32Array): number =>
      calibrationError(
        hidden.map((at) => probabilities[at]),
        hidden.map((at) => truth[at]),
      )
    const still = { weights: blend.weights.map((w, label) => [...w.slice(0, -1), w.at(-1)! - blend.shifts[label]]) }
    const moved = error(imageLogOdds(blend, sources).map(logistic))
    expect(moved).toBeLessThan(0.05)
    expect(error(imageLogOdds(still, sources).map(logistic))).toBeGreaterThan(2 * moved)

    const how = { folds: 3, seed: 0 }
    const [at, before] = [blend.shifts, [0, 0, 0]].map(
      (shifts) => blendQuality(sources, states, names, shifts, how).thresholds,
    )
    at.forEach((threshold, label) => {
      expect(Math.log(threshold / (1 - threshold))).toBeCloseTo(
        Math.log(before[label] / (1 - before[label])) + blend.shifts[label],
        6,
      )
    })
  })

  test('thresholds are those of the best F1; of labels with few known on a side, one half', () => {
    const images = 400
    const truth = Int8Array.from({ length: images * 3 }, (_, at) =>
      at % 3 === 2 ? (at < 12 ? 1 : -1) : Math.floor(at / 3) % 4 === 0 ? 1 : -1,
    )
    const random = new RandomState(6)
    const source = Float32Array.from(truth, (y) => y * 1.5 + random.normal())
    const sources = Object.fromEntries(imageSources.map((name) => [name, source]))
    const { thresholds, probabilities } = blendQuality(sources, truth, names, [0, 0, 0], { folds: 3, seed: 0 })
    expect(thresholds[2]).toBe(0.5)
    const f1 = (threshold: number): number => {
      let [right, said, present] = [0, 0, 0]
      for (let at = 0; at < truth.length; at += 3) {
        const is = truth[at] === 1
        const says = probabilities[at] >= threshold
        if (is) present++
        if (says) said++
        if (is && says) right++
      }
      return (2 * right) / (said + present)
    }
    const best = Math.max(...Array.from({ length: 999 }, (_, i) => f1((i + 1) / 1000)))
    expect(f1(thresholds[0])).toBeCloseTo(best, 10)
  })

  test('of a real training, without the vote and the other labels, probabilities of hidden labels can be believed', async () => {
    const scenes = new Scenes(240)
    const states = scenes.known(0.5)
    const input = { source: scenes, records: scenes.records, states, labelNames: scenes.names }
    const { sources, learnt } = await fineTune(input, { seed: 0, device: 'cpu', maxSteps: 60 })
    expect(learnt).toHaveLength(scenes.labels)
    const blend = fitImageBlend(sources, states, scenes.labels)
    const probabilities = imageLogOdds(blend, sources).map(logistic)
    const hidden = [...states.keys()].filter((at) => states[at] === 0)
    const error = calibrationError(
      hidden.map((at) => probabilities[at]),
      hidden.map((at) => scenes.truth[at]),
    )
    expect(error).toBeLessThan(0.09)
    const { metrics } = blendQuality(sources, states, scenes.names, blend.shifts, { folds: 3, seed: 0 })
    expect(Math.abs(metrics.calibrationError - error)).toBeLessThan(0.06)
  })
})
