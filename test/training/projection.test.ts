import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { principalDirections } from '../../src/main/training/description/projection.ts'

const [rows, channels] = [60, 20]

/** Rows that vary much along some axes, and hardly along the others. */
function sampleOf(rank: number, rest: number): Float32Array {
  const random = new RandomState(1)
  const sample = Float32Array.from(
    { length: rows * channels },
    (_, at) => random.normal() * (at % channels < rank ? 3 : rest),
  )
  const mean = new Float32Array(channels)
  sample.forEach((x, at) => {
    mean[at % channels] += x / rows
  })
  return sample.map((x, at) => x - mean[at % channels])
}

function products(directions: Float32Array, width: number): number[][] {
  const column = (j: number): number[] => Array.from({ length: channels }, (_, d) => directions[d * width + j])
  return Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => column(i).reduce((sum, x, d) => sum + x * column(j)[d], 0)),
  )
}

describe('principal directions', () => {
  test('are orthonormal, and keep what varies', async () => {
    const { directions, width } = await principalDirections(sampleOf(5, 0.01), channels, 5, 0, 'cpu')
    expect(width).toBe(5)
    products(directions, width).forEach((row, i) => {
      row.forEach((product, j) => {
        expect(product).toBeCloseTo(i === j ? 1 : 0, 4)
      })
    })
    // They span the first five axes.
    const along = directions.subarray(0, 5 * width).reduce((sum, x) => sum + x * x, 0)
    expect(along).toBeCloseTo(5, 3)
  })

  test('of a sample that varies along few are few: the others are zero', async () => {
    const { directions, width } = await principalDirections(sampleOf(3, 0), channels, 8, 0, 'cpu')
    const lengths = products(directions, width).map((row, i) => row[i])
    expect(lengths.filter((length) => Math.abs(length - 1) < 1e-4)).toHaveLength(3)
    expect(lengths.filter((length) => length === 0)).toHaveLength(5)
  })

  test('of images that are all the same are all zero', async () => {
    const { directions } = await principalDirections(new Float32Array(rows * channels), channels, 4, 0, 'cpu')
    expect(directions.every((x) => x === 0)).toBe(true)
  })
})
