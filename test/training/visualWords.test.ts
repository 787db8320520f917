import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { visualWords } from '../../src/main/training/description/visualWords.ts'

const channels = 6
const how = { seed: 0, device: 'cpu' as const }

/** Unit vectors around some of the axes. */
function around(axes: readonly number[], each: number): Float32Array {
  const random = new RandomState(2)
  return Float32Array.from(
    axes.flatMap((axis) =>
      Array.from({ length: each }, () => {
        const vector = Array.from({ length: channels }, (_, d) => (d === axis ? 1 : 0.05 * random.normal()))
        const length = Math.hypot(...vector)
        return vector.map((x) => x / length)
      }).flat(),
    ),
  )
}

describe('visual words', () => {
  test('stand where vectors crowd', async () => {
    const words = await visualWords(around([0, 2, 5], 200), channels, 12, how)
    for (const axis of [0, 2, 5]) {
      const nearest = Math.max(...Array.from({ length: 12 }, (_, k) => words[k * channels + axis]))
      expect(nearest).toBeGreaterThan(0.99)
    }
    for (let k = 0; k < 12; k++)
      expect(Math.hypot(...words.subarray(k * channels, (k + 1) * channels))).toBeCloseTo(1, 5)
  })

  test('are the same for the same seed', async () => {
    const vectors = around([1, 3], 50)
    expect(await visualWords(vectors, channels, 4, how)).toEqual(await visualWords(vectors, channels, 4, how))
  })

  test('as many as there are vectors are these vectors', async () => {
    const vectors = around([4], 1)
    const [word] = [await visualWords(vectors, channels, 1, how)]
    word.forEach((x, d) => {
      expect(x).toBeCloseTo(vectors[d], 5)
    })
  })

  test('can be cancelled', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(visualWords(around([0], 20), channels, 2, { ...how, signal })).rejects.toThrow('enough')
  })
})
