import { hash } from 'node:crypto'
import type { Backbone } from '../../src/main/backbone/backbone.ts'
import type { NewRecord } from '../../src/main/backbone/cache/featureWriter.ts'

/** A backbone of small records, for tests of the cache alone. */
export const smallBackbone: Backbone = {
  ...{ name: 'small', file: '/small.onnx', fileBytes: 1, licence: '', note: '' },
  input: {
    ...{ name: 'x', type: 'float32', layout: 'nchw', width: 64, height: 64, batch: null },
    ...{ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  },
  features: { output: 'features', layout: 'nchw', height: 2, width: 3, specialTokens: 0 },
  pooled: { from: 'mean' },
  dimension: 5,
  grid: { height: 2, width: 3 },
  identity: '0123456789abcdef0123456789abcdef',
}

export const gridElements = 2 * 3 * 5
export const recordElements = gridElements + 5

export function keyOf(image: number): string {
  return hash('sha256', `image ${image}`)
}

/** The one right record of an image. */
export function recordOf(image: number): NewRecord {
  return {
    key: keyOf(image),
    record: Float16Array.from({ length: recordElements }, (_, i) => Math.sin(image * 1000 + i) * 10),
  }
}

export function recordsOf(first: number, count: number): NewRecord[] {
  return Array.from({ length: count }, (_, i) => recordOf(first + i))
}
