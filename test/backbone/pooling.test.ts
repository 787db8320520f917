import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Backbone, FeatureMap } from '../../src/main/backbone/backbone.ts'
import { RecordMaker } from '../../src/main/backbone/embed/pooling.ts'
import { Preprocessor } from '../../src/main/backbone/pixels/preprocess.ts'

function backboneOf(features: FeatureMap | null, dimension: number, grid: { height: number; width: number }): Backbone {
  return {
    ...{ name: '', file: '', fileBytes: 0, identity: '', licence: '', note: '' },
    input: {
      ...{ name: 'x', type: 'float32', layout: 'nchw', width: 32, height: 32, batch: null },
      ...{ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    },
    features,
    pooled: { from: 'mean' },
    dimension,
    grid,
  }
}

describe('records', () => {
  test('are adaptive averages of the map, position by position, then the mean', () => {
    const size = fc.integer({ min: 1, max: 20 })
    fc.assert(
      fc.property(
        size,
        size,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('nchw', 'nhwc', 'tokens'),
        fc.integer({ min: 0, max: 3 }),
        (height, width, dimension, layout, specials) => {
          const specialTokens = layout === 'tokens' ? specials : 0
          const grid = { height: Math.min(7, height), width: Math.min(7, width) }
          const value = (channel: number, y: number, x: number) => Math.sin(channel * 31 + y * 7 + x)
          const values = new Float32Array((height * width + specialTokens) * dimension)
          for (let c = 0; c < dimension; c++) {
            for (let y = 0; y < height; y++) {
              for (let x = 0; x < width; x++) {
                const last = (specialTokens + y * width + x) * dimension + c
                values[layout === 'nchw' ? (c * height + y) * width + x : last] = value(c, y, x)
              }
            }
          }
          const map: FeatureMap = { output: 'f', layout, height, width, specialTokens }
          const record = new RecordMaker(backboneOf(map, dimension, grid)).make(values, undefined)!
          expect(record.length).toBe((grid.height * grid.width + 1) * dimension)
          const mean = (channel: number, top: number, bottom: number, left: number, right: number) => {
            let sum = 0
            for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += value(channel, y, x)
            return sum / ((bottom - top) * (right - left))
          }
          for (let c = 0; c < dimension; c++) {
            for (let i = 0; i < grid.height; i++) {
              for (let j = 0; j < grid.width; j++) {
                const expected = mean(
                  c,
                  Math.floor((i * height) / grid.height),
                  Math.ceil(((i + 1) * height) / grid.height),
                  Math.floor((j * width) / grid.width),
                  Math.ceil(((j + 1) * width) / grid.width),
                )
                expect(record[(i * grid.width + j) * dimension + c]).toBeCloseTo(expected, 2)
              }
            }
            expect(record[grid.height * grid.width * dimension + c]).toBeCloseTo(mean(c, 0, height, 0, width), 2)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  test('of 12 × 12 agree with PyTorch’s AdaptiveAvgPool2d(7)', () => {
    // torch 2.13: torch.nn.AdaptiveAvgPool2d(7)(torch.arange(144.).reshape(1, 1, 12, 12))[0, 0, :2]
    const expected = [
      [6.5, 8, 10, 11.5, 13, 15, 16.5],
      [24.5, 26, 28, 29.5, 31, 33, 34.5],
    ]
    const map: FeatureMap = { output: 'f', layout: 'nchw', height: 12, width: 12, specialTokens: 0 }
    const maker = new RecordMaker(backboneOf(map, 1, { height: 7, width: 7 }))
    const record = maker.make(
      Float32Array.from({ length: 144 }, (_, i) => i),
      undefined,
    )!
    expect([...record.slice(0, 7)]).toEqual(expected[0])
    expect([...record.slice(7, 14)]).toEqual(expected[1])
  })

  test('with a number that is not finite, or too large, are none', () => {
    const map: FeatureMap = { output: 'f', layout: 'nchw', height: 2, width: 2, specialTokens: 0 }
    const maker = new RecordMaker(backboneOf(map, 1, { height: 2, width: 2 }))
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 1e6]) {
      expect(maker.make(Float32Array.from([1, 2, wrong, 4]), undefined)).toBeUndefined()
    }
    expect(maker.make(Float32Array.from([1, 2, 3, 4]), undefined)).toEqual(new Float16Array([1, 2, 3, 4, 2.5]))
  })
})

describe('preprocessing', () => {
  /** Linear interpolation, one value at a time. */
  function reference(
    data: Uint8Array,
    width: number,
    height: number,
    x: number,
    y: number,
    channel: number,
    side: number,
  ) {
    const at = (i: number, j: number) => {
      const [column, row] = [Math.min(width - 1, Math.max(0, i)), Math.min(height - 1, Math.max(0, j))]
      return data[(row * width + column) * 3 + channel]
    }
    const [u, v] = [((x + 0.5) * width) / side - 0.5, ((y + 0.5) * height) / side - 0.5]
    const [i, j] = [Math.floor(u), Math.floor(v)]
    const [p, q] = [u - i, v - j]
    return (1 - q) * ((1 - p) * at(i, j) + p * at(i + 1, j)) + q * ((1 - p) * at(i, j + 1) + p * at(i + 1, j + 1))
  }

  test('enlarges and normalises as a plain loop does, in every layout and type', () => {
    const side = 32
    const sizes = fc.integer({ min: 1, max: side })
    fc.assert(
      fc.property(
        sizes,
        sizes,
        fc.constantFrom('nchw', 'nhwc'),
        fc.constantFrom('float32', 'float16', 'uint8'),
        fc.uint8Array({ minLength: 3 * side * side, maxLength: 3 * side * side }),
        (width, height, layout, type, noise) => {
          const data = noise.slice(0, width * height * 3)
          const [mean, std] = [
            [0.485, 0.456, 0.406],
            [0.229, 0.224, 0.225],
          ] as [[number, number, number], [number, number, number]]
          const preprocessor = new Preprocessor({
            name: 'x',
            type,
            layout,
            width: side,
            height: side,
            batch: null,
            mean,
            std,
          })
          const target = preprocessor.allocate(2)
          preprocessor.write({ width, height, data }, target, 1)
          expect(target.subarray(0, preprocessor.length).every((value) => value === 0)).toBe(true)
          for (const [x, y] of [
            [0, 0],
            [side - 1, 0],
            [5, 17],
            [30, 31],
            [16, 2],
          ]) {
            for (let channel = 0; channel < 3; channel++) {
              const pixel = reference(data, width, height, x, y, channel, side)
              const expected = type === 'uint8' ? Math.round(pixel) : (pixel / 255 - mean[channel]) / std[channel]
              const place = layout === 'nchw' ? (channel * side + y) * side + x : (y * side + x) * 3 + channel
              const error = Math.abs(target[preprocessor.length + place] - expected)
              expect(error).toBeLessThanOrEqual(type === 'uint8' ? 1 : type === 'float16' ? 0.01 : 1e-4)
            }
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
