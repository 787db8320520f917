import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import type { Side } from '../../src/main/domain/state.ts'
import {
  type Acceptance,
  acceptanceAt,
  acceptanceOf,
  defaultAim,
  rankSide,
} from '../../src/main/suggestions/acceptance.ts'
import { defaultConfidence } from '../../src/main/suggestions/binomial.ts'

interface Pair {
  p: number
  y: 1 | -1
  isKnown: boolean
}

function accept(pairs: readonly Pair[], side: Side, aim = defaultAim): Acceptance {
  return acceptanceAt(
    Float32Array.from(pairs, ({ p }) => p),
    Int8Array.from(pairs, ({ y, isKnown }) => (isKnown ? y : 0)),
    side,
    aim,
  )
}

const many = (count: number, p: number, y: 1 | -1, isKnown: boolean): Pair[] =>
  Array.from({ length: count }, () => ({ p, y, isKnown }))

const wrongOf = (pairs: readonly Pair[], { places }: Acceptance, side: Side): number =>
  places.filter((at) => (pairs[at].y === 1) !== (side === 'present')).length

describe('what can be accepted of a label in bulk', () => {
  test('59 held-out pairs that are all right show 95 %, and 58 do not', () => {
    const open = [...many(30, 0.98, 1, false), ...many(400, 0.02, -1, false)]
    const found = accept([...many(59, 0.98, 1, true), ...open], 'present')
    expect(found).toMatchObject({ from: Math.fround(0.98), heldOut: 59 })
    expect(found.refusal).toBeUndefined()
    expect(found.places.length).toBe(30)
    expect(found.precision).toBeGreaterThanOrEqual(0.95)
    expect(accept([...many(58, 0.98, 1, true), ...open], 'present')).toMatchObject({
      from: null,
      refusal: { reason: 'few-known', known: 58, more: 1 },
    })
  })

  test('it goes no further down than held-out pairs bear it out', () => {
    const known = [...many(80, 0.99, 1, true), ...many(40, 0.96, 1, true), ...many(40, 0.96, -1, true)]
    const pairs = [...known, ...many(10, 0.99, 1, false), ...many(10, 0.96, 1, false), ...many(500, 0.1, -1, false)]
    const found = accept(pairs, 'present')
    expect(found.places.length).toBe(10)
    expect(found.from).toBe(Math.fround(0.99))
  })

  test('a rare label is not erased: its positives have to be known before its absents are accepted', () => {
    const pairs = [
      ...many(57, 0.03, -1, true),
      ...many(3, 0.03, 1, true),
      ...many(525, 0.03, -1, false),
      ...many(15, 0.03, 1, false),
    ]
    // 97 % of them are absent, and would have been right to accept.
    expect(accept(pairs, 'absent').refusal).toEqual({ reason: 'few-positives', known: 3, more: 146 })
    const more = [...many(300, 0.03, -1, true), ...pairs]
    expect(accept(more, 'absent').refusal).toEqual({ reason: 'few-positives', known: 3, more: 146 })
    const known = [...many(300, 0.97, 1, true), ...many(4000, 0.03, -1, true), ...many(60, 0.03, 1, true)]
    expect(accept([...known, ...pairs], 'absent').refusal).toMatchObject({ reason: 'loses-positives', known: 363 })
  })

  test('a rule that takes in nearly every unknown pair is refused, on either side', () => {
    const absents = [
      ...[...many(200, 0.99, 1, true), ...many(19_800, 0.01, -1, true)],
      ...[...many(10, 0.99, 1, false), ...many(990, 0.01, -1, false)],
    ]
    expect(accept(absents, 'absent').refusal?.reason).toBe('nearly-all')
    const known = [...many(400, 0.99, 1, true), ...many(400, 0.01, -1, true)]
    const presents = [...known, ...many(990, 0.99, 1, false), ...many(10, 0.01, -1, false)]
    expect(accept(presents, 'present').refusal?.reason).toBe('nearly-all')
    // Where a filter shows only some of the label's pairs, all of those may be accepted.
    const ranked = rankSide(
      Float32Array.from(presents, ({ p }) => p),
      Int8Array.from(presents, ({ y, isKnown }) => (isKnown ? y : 0)),
      'present',
    )
    expect(acceptanceOf(ranked, 'present', defaultAim, 5000).places.length).toBe(990)
  })

  test('nothing known, nothing suggested, nothing at all', () => {
    expect(accept([], 'present').refusal?.reason).toBe('nothing')
    expect(accept(many(10, Number.NaN, 1, false), 'absent').refusal?.reason).toBe('nothing')
    expect(accept(many(10, 0.99, 1, false), 'present').refusal).toEqual({ reason: 'few-known', known: 0, more: 59 })
    // The scarcer of the two is named: of a label without positives, no number of absents would do.
    expect(accept(many(10, 0.01, -1, false), 'absent').refusal).toEqual({
      reason: 'few-positives',
      known: 0,
      more: 149,
    })
  })
})

/**
 * Labels of every rarity and of models good and bad, hundreds of times: what is accepted keeps both promises as often as
 * `defaultConfidence` says, however the known pairs were drawn.
 */
describe('the promises hold of labels that are drawn at random', () => {
  const draws: Record<string, (random: RandomState, pairs: readonly Pair[]) => (pair: Pair) => boolean> = {
    'at random': (random) => {
      const share = 0.1 + 0.4 * uniform(random)
      return () => uniform(random) < share
    },
    // As a queue asks: what is doubtful is asked for, and a few others.
    'mostly the doubtful ones': (random) => (pair) => uniform(random) < (Math.abs(pair.p - 0.5) < 0.4 ? 0.8 : 0.1),
    'mostly the sure ones': (random) => (pair) => uniform(random) < (Math.abs(pair.p - 0.5) > 0.45 ? 0.4 : 0.05),
  }
  for (const [name, draw] of Object.entries(draws)) {
    for (const side of ['present', 'absent'] as const) {
      test(`known pairs drawn ${name}, ${side}`, () => {
        const random = new RandomState(7)
        let [offered, imprecise, lossy] = [0, 0, 0]
        for (let world = 0; world < 200; world++) {
          const pairs = worldOf(random)
          const isDrawn = draw(random, pairs)
          for (const pair of pairs) pair.isKnown = isDrawn(pair)
          const found = accept(pairs, side)
          if (found.places.length === 0) continue
          offered++
          const wrong = wrongOf(pairs, found, side)
          const positives = pairs.filter(({ y, isKnown }) => y === 1 && !isKnown).length
          // Beyond what chance does to the accepted pairs themselves.
          const beyond = (share: number, of: number) => share * of + 2.6 * Math.sqrt(share * (1 - share) * of)
          if (wrong > beyond(1 - defaultAim.precision, found.places.length)) imprecise++
          if (side === 'absent' && wrong > beyond(defaultAim.maxLost, positives)) lossy++
        }
        expect(offered).toBeGreaterThan(name === 'at random' ? 30 : 0)
        expect(imprecise / offered).toBeLessThanOrEqual(1 - defaultConfidence)
        expect(lossy / offered).toBeLessThanOrEqual(1 - defaultConfidence)
      })
    }
  }

  function uniform(random: RandomState): number {
    return random.random()
  }

  /** Scores of presents and absents are two heaps; what the model makes of them is calibrated, or off by up to one unit. */
  function worldOf(random: RandomState): Pair[] {
    const rate = 0.02 * 25 ** uniform(random)
    const apart = 2 + 4 * uniform(random)
    const off = 2 * uniform(random) - 1
    return Array.from({ length: 3000 }, () => {
      const y = uniform(random) < rate ? 1 : -1
      const score = (y * apart) / 2 + random.normal()
      const z = apart * score + Math.log(rate / (1 - rate)) + off
      return { p: 1 / (1 + Math.exp(-z)), y, isKnown: false }
    })
  }
})
