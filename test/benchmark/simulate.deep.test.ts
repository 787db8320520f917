import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { askNext } from '../../src/main/benchmark/simulation/simulateOrders.ts'
import { decisionsTo, tally } from '../../src/main/benchmark/simulation/simulateTally.ts'
import { drawSample } from '../../src/main/images/sample/draw.ts'
import type { AskInput } from '../../src/main/suggestions/askNext.ts'
import { surmise } from '../shell/cliProcess.ts'
import { newFolder, write } from './layouts.ts'

/** One label; images that know nothing of each other. */
function model(probabilities: number[], states: number[] = probabilities.map(() => 0)): AskInput {
  return {
    ...{ probabilities: Float32Array.from(probabilities), states: Int8Array.from(states), labels: 1 },
    near: { count: 0, places: new Int32Array(0), similarities: new Float32Array(0) },
    conditional: { predictors: [], weights: new Float32Array(0) },
  }
}

describe('what is asked next', () => {
  const probabilities = Array.from({ length: 400 }, (_, i) => (i < 100 ? 0.96 : i < 200 ? 0.02 : i < 300 ? 0.45 : 0.3))

  test('ours: by gain, and one in ten at random among the likely suggestions, on both sides', () => {
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

  /** A label of which 60 held-out pairs at each end bear its model out, and some that are open. */
  const pairs = [
    ...Array.from({ length: 60 }, () => ({ y: 1, p: 0.97, known: true })),
    ...Array.from({ length: 60 }, () => ({ y: 0, p: 0.03, known: true })),
    ...[1, 1, 0].map((y) => ({ y, p: 0.97, known: false })),
    ...[0, 0, 0, 1].map((y) => ({ y, p: 0.03, known: false })),
    ...[1, 0].map((y) => ({ y, p: 0.6, known: false })),
  ]
  const of = (some: typeof pairs, more = audit, labels = 1) =>
    tally(
      2,
      Uint8Array.from(some, ({ y }) => y),
      Int8Array.from(some, ({ y, known }) => (known ? (y ? 1 : -1) : 0)),
      Float32Array.from(some, ({ p }) => p),
      labels,
      { audit: more },
    )

  test('counts what is marked and what is suggested confidently and right', () => {
    const asked = { present: Int32Array.of(120), absent: Int32Array.of(123, 126) }
    expect(of(pairs, asked)).toMatchObject({
      ...{ round: 2, decisions: 121, labelsRight: 125, saved: 4, positivesKnown: 62 / 64 },
      confident: {
        present: { count: 3, precision: 2 / 3, audit: { right: 1, count: 1 } },
        absent: { count: 4, precision: 0.75, audit: { right: 1, count: 2 } },
      },
    })
    expect(of(pairs.map((one) => ({ ...one, known: true })))).toMatchObject({
      ...{ decisions: 129, labelsRight: 129, saved: 0, positivesKnown: 1 },
      confident: { present: { count: 0, precision: Number.NaN } },
    })
  })

  test('while a label can’t be bounded, nothing of it is confident; each label is bounded by itself', () => {
    const few = pairs.filter((_, i) => i >= 10)
    expect(of(few).confident).toMatchObject({ present: { count: 0 }, absent: { count: 4 } })
    // Two labels side by side: what is known of one is no evidence for the other.
    const both = few.slice(0, -1).flatMap((one) => [one, { ...one, known: false }])
    expect(of(both, audit, 2).confident).toMatchObject({ present: { count: 0 }, absent: { count: 4 } })
  })

  test('between two rounds decisions are interpolated', () => {
    const round = (decisions: number, positivesKnown: number) => ({
      ...tally(0, Uint8Array.of(1), Int8Array.of(1), Float32Array.of(1), 1, { audit }),
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
})
