import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { cast } from '../../src/main/tensor/operators/elementwise.ts'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import { dealFolds } from '../../src/main/training/heads/folds.ts'
import { crossFitLabelMaps, labelMapLogits } from '../../src/main/training/heads/labelMaps.ts'
import type { LinearHeads } from '../../src/main/training/heads/linearBaseline.ts'
import { averagePrecision } from '../../src/main/training/measure/metrics.ts'

const [rows, positions, width, trained] = [400, 49, 32, 200]
const random = new RandomState(5)
const truth = Int8Array.from({ length: rows }, (_, row) => (row % 4 === 0 ? 1 : -1))
/** What is present shows at four of 49 positions; all else is noise, louder at some positions than at others. */
const grid = new Float16Array(rows * positions * width)
for (let row = 0; row < rows; row++) {
  const shown = Array.from({ length: truth[row] === 1 ? 4 : 0 }, () => random.integer(positions))
  for (let l = 0; l < positions; l++) {
    const loud = Math.exp(random.normal())
    for (let d = 0; d < width; d++) {
      grid[(row * positions + l) * width + d] = loud * (random.normal() + (d === 0 && shown.includes(l) ? 5 : 0))
    }
  }
}
const states = truth.map((y, row) => (row < trained ? y : 0))
const fold = dealFolds(states, 1, 3, 0)
const scales = Array.from({ length: 3 }, () => ({ scale: 4, bias: 0 }))
const options = { folds: 3, scales, seed: 0, device: 'cpu' as const }

async function logits(of: Float16Array, heads: LinearHeads): Promise<Float32Array> {
  const graph = new Graph('constants')
  const input = cast(graph.input('grid', 'float16', ['images', positions, width]), 'float32')
  graph.output('logits', labelMapLogits(input, heads))
  const session = await Session.open(onnxModel(graph))
  try {
    const run = await session.run({ grid: tensorOf('float16', of, [rows, positions, width]) })
    return run.logits.data as Float32Array
  } finally {
    await session.close()
  }
}

test('finds what fills a small part of the picture, where the mean over it hears the noise', async () => {
  const maps = await crossFitLabelMaps({ grid, positions, states, fold, labels: 1 }, options)
  expect(maps).toHaveLength(3)
  const unseen = Uint8Array.from(truth.subarray(trained), (y) => (y === 1 ? 1 : 0))
  const means = Float32Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let l = 0; l < positions; l++) sum += grid[(row * positions + l) * width]
    return sum / positions
  })
  const plain = averagePrecision(means.subarray(trained), unseen)
  for (const heads of maps) {
    const scores = await logits(grid, heads)
    expect(averagePrecision(scores.subarray(trained), unseen)).toBeGreaterThan(plain + 0.2)
  }
})

test('what a fold holds is not seen by the maps without it', async () => {
  const turned = states.map((y, row) => (fold[row] === 1 ? -y : y))
  const [before, after] = await Promise.all(
    [states, turned].map((some) => crossFitLabelMaps({ grid, positions, states: some, fold, labels: 1 }, options)),
  )
  expect(after[1]).toEqual(before[1])
  expect(after[0]).not.toEqual(before[0])
})

test('pictures of nothing say nothing', async () => {
  const empty = new Float16Array(grid.length)
  const maps = await crossFitLabelMaps({ grid: empty, positions, states, fold, labels: 1 }, options)
  for (const heads of maps) expect((await logits(empty, heads)).every(Number.isFinite)).toBe(true)
})
