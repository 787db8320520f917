import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { askNext } from '../../src/main/benchmark/simulateOrders.ts'
import { decisionsTo, tally } from '../../src/main/benchmark/simulateTally.ts'
import { drawSample } from '../../src/main/images/sample/draw.ts'
import type { AskInput } from '../../src/main/suggestions/askNext.ts'
import { surmise } from '../shell/cliProcess.ts'
import { newFolder, write } from './layouts.ts'

/** One label; images that know nothing of each other. */
function model(probabilities: number[], states: number[] = probabilities.map(() => 0)): AskInput {
  return {
    ...{ probabilities: Float32Array.from(probabilities), states: Int8Array.from(states), labels: 1 },
    near: { count: 0, places: new Int32Array(0), similarities: new Float32Array(0) },
    conditional: { speakers: [], weights: new Float32Array(0) },
  }
}

describe('what is asked next', () => {
  const probabilities = Array.from({ length: 400 }, (_, i) => (i < 100 ? 0.96 : i < 200 ? 0.02 : i < 300 ? 0.45 : 0.3))

  test('ours: by gain, and one in ten at random among the confident suggestions, on both sides', () => {
    const { pairs, audit } = askNext('ours', model(probabilities), 80, new RandomState(0))
    expect([pairs.length, new Set(pairs).size]).toEqual([80, 80])
    expect([audit.present.length, audit.absent.length]).toEqual([4, 4])
    expect(audit.present.every((at) => at < 100)).toBe(true)
    expect(audit.absent.every((at) => at >= 100 && at < 200)).toBe(true)
    const byGain = pairs.filter((at) => !audit.present.includes(at) && !audit.absent.includes(at))
    expect([...byGain]).toEqual(Array.from({ length: 72 }, (_, i) => 200 + i))
  })

  test('uncertainty: the nearest to one half; random: any; never what is known, and all in the end', () => {
    const states = probabilities.map((_, i) => (i % 2 === 0 ? 1 : 0))
    const odd = Array.from({ length: 200 }, (_, i) => 2 * i + 1)
    const half = askNext('uncertainty', model(probabilities, states), 50, new RandomState(0))
    expect([...half.pairs]).toEqual(odd.filter((at) => at >= 200 && at < 300))
    const any = askNext('random', model(probabilities, states), 50, new RandomState(0))
    expect(new Set(any.pairs).size).toBe(50)
    expect(any.pairs.some((at) => at < 200)).toBe(true)
    for (const order of ['ours', 'random', 'uncertainty'] as const) {
      // Nothing is to be gained by a probability of exactly 1 or 0; it is asked all the same.
      const sure = probabilities.map((p, i) => (i < 10 ? 1 : p))
      const { pairs } = askNext(order, model(sure, states), 999, new RandomState(0))
      expect([...pairs].sort((a, b) => a - b)).toEqual(odd)
    }
  })
})

describe('a round', () => {
  const audit = { present: new Int32Array(0), absent: new Int32Array(0) }

  test('counts what is marked and what is suggested confidently and right', () => {
    const truth = Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0)
    const states = Int8Array.of(1, 0, 0, 0, -1, 0, 0, 0)
    const probabilities = Float32Array.of(0.5, 0.95, 0.6, 0.05, 0.5, 0.95, 0.05, 0.4)
    const asked = { audit: { present: Int32Array.of(1), absent: Int32Array.of(3, 6) } }
    expect(tally(2, truth, states, probabilities, asked)).toMatchObject({
      ...{ round: 2, decisions: 3, labelsRight: 4, saved: 1, positivesKnown: 0.5 },
      confident: {
        present: { count: 2, precision: 0.5, audit: { right: 1, count: 1 } },
        absent: { count: 2, precision: 0.5, audit: { right: 1, count: 2 } },
      },
    })
    const all = truth.map((y) => (y ? 1 : 255))
    expect(
      tally(
        9,
        truth,
        Int8Array.from(all, (y) => (y === 1 ? 1 : -1)),
        probabilities,
        { audit },
      ),
    ).toMatchObject({
      ...{ decisions: 8, labelsRight: 8, saved: 0, positivesKnown: 1 },
      confident: { present: { count: 0, precision: Number.NaN } },
    })
  })

  test('between two rounds decisions are interpolated', () => {
    const round = (decisions: number, positivesKnown: number) => ({
      ...tally(0, Uint8Array.of(1), Int8Array.of(1), Float32Array.of(1), { audit }),
      ...{ decisions, positivesKnown },
    })
    const rounds = [round(100, 0.5), round(200, 0.9), round(300, 1)]
    expect(decisionsTo(0.95, rounds)).toBeCloseTo(250)
    expect(decisionsTo(0.4, rounds)).toBe(100)
    expect(decisionsTo(0.95, rounds.slice(0, 2))).toBeNaN()
  })
})

test('surmise simulate: all orders from the same examples, ours there before random', async () => {
  const folder = newFolder()
  const { truth } = await drawSample({ folder, count: 70 })
  const lines = readFileSync(path.join(folder, truth), 'utf8').trim().split('\n').slice(1)
  const rows = lines.map((line) => line.replace('\t', '\ttrain\t'))
  write(folder, 'labels.tsv', `image\tsplit\tlabels\n${rows.join('\n')}\n`)
  const args = ['simulate', folder, '--rounds', '3', '--labels-with-at-least', '15', '--device', 'cpu']
  const home = newFolder()
  const played = await surmise([...args, '--images', '60', '--json'], { home })
  expect(played).toMatchObject({ code: 0, json: { images: 60 } })
  const { labels, orders, fewerThanRandom } = played.json as unknown as {
    labels: string[]
    orders: { order: string; decisions: number; rounds: { decisions: number; positivesKnown: number }[] }[]
    fewerThanRandom: number
  }
  expect(orders.map(({ order }) => order)).toEqual(['ours', 'random', 'uncertainty'])
  const [ours, random] = orders
  expect(random.rounds[0].positivesKnown).toBe(ours.rounds[0].positivesKnown)
  for (const { rounds, decisions } of orders) {
    expect(rounds.map((round) => round.decisions)).toEqual(rounds.map((round) => round.decisions).sort((a, b) => a - b))
    expect(rounds.at(-1)!.positivesKnown).toBeGreaterThanOrEqual(0.95)
    expect(decisions).toBeLessThanOrEqual(60 * labels.length)
  }
  expect(fewerThanRandom).toBeCloseTo(1 - ours.decisions / random.decisions)
  expect(fewerThanRandom).toBeGreaterThan(0)
  expect(ours.rounds[2].positivesKnown).toBeGreaterThan(random.rounds[2].positivesKnown + 0.03)

  const none = await surmise([...args, '--images', '5', '--json'], { home })
  expect(none).toMatchObject({ code: 1, json: { error: { code: 'simulate-labels' } } })
}, 300_000)
