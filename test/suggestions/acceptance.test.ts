import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acceptanceAt } from '../../src/main/suggestions/acceptance.ts'

describe('what can be accepted together', () => {
  test('goes down as far as the mean of the probabilities reaches, on either side', () => {
    const probabilities = Float32Array.of(0.99, 0.95, 0.9, 0.85, 0.6, 0.02, 0.1)
    const states = new Int8Array(7)
    const present = acceptanceAt(probabilities, states, 'present', 0.92)
    expect([...present.places]).toEqual([0, 1, 2, 3])
    expect(present.expectedPrecision).toBeCloseTo((0.99 + 0.95 + 0.9 + 0.85) / 4)
    expect([...acceptanceAt(probabilities, states, 'absent', 0.92).places]).toEqual([5, 6])
    expect(acceptanceAt(probabilities, states, 'present', 0.995)).toMatchObject({
      places: new Int32Array(0),
      expectedPrecision: Number.NaN,
    })
    expect([...acceptanceAt(Float32Array.of(Number.NaN), new Int8Array(1), 'present', 0.5).places]).toEqual([])
  })

  test('goes no further than known pairs bear it out, where there are enough of them', () => {
    // Known pairs at 0.95 are right only every other time; those at 0.99 always.
    const known = Array.from({ length: 60 }, (_, i) =>
      i < 30 ? { p: 0.99, y: 1 } : { p: 0.95, y: i % 2 === 0 ? 1 : -1 },
    )
    const undecided = [0.995, 0.98, 0.96, 0.94].map((p) => ({ p, y: 0 }))
    const pairs = [...known, ...undecided]
    const of = (some: typeof pairs) =>
      Array.from(
        acceptanceAt(
          Float32Array.from(some, ({ p }) => p),
          Int8Array.from(some, ({ y }) => y),
          'present',
          0.95,
        ).places,
        (at) => some[at].p,
      )
    expect(of(pairs)).toEqual([0.995])
    expect(of(pairs.slice(50))).toEqual([0.995, 0.98, 0.96, 0.94])
  })

  test('calibrated probabilities keep what was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (values) => {
        const probabilities = Float32Array.from(values)
        const { places, expectedPrecision, from } = acceptanceAt(
          probabilities,
          new Int8Array(values.length),
          'present',
          0.9,
        )
        if (places.length > 0) expect(expectedPrecision).toBeGreaterThanOrEqual(0.9 - 1e-6)
        for (const at of places) expect(probabilities[at]).toBeGreaterThanOrEqual(from)
      }),
    )
  })
})
