import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { labelAdjacency } from '../../src/main/sst/adjacency.ts'
import { intraTargets } from '../../src/main/sst/intra.ts'
import { pseudoTargets } from '../../src/main/sst/pseudoLabels.ts'
import { Graph, type Value } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { Session } from '../../src/main/tensor/run/session.ts'

/** What a graph without inputs comes to. */
async function valuesOf(build: (graph: Graph) => Record<string, Value>): Promise<Record<string, number[]>> {
  const graph = new Graph('constants')
  for (const [name, value] of Object.entries(build(graph))) graph.output(name, value)
  const session = await Session.open(onnxModel(graph))
  const results = await session.run({})
  await session.close()
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [
      name,
      Array.from(data as Float32Array, (x) => Math.round(x * 1e4) / 1e4),
    ]),
  )
}

describe('pseudo labels', () => {
  const scores = [0.95, 0.1, 0.5, 0.9, 0.02, -0.3]
  const known = [0, 0, 0, -1, 1, 0]
  const pseudo = (bothWays: boolean, speaks: number) =>
    valuesOf((graph) => {
      const of = (values: number[]): Value => graph.constant('float32', Float32Array.from(values), [1, 6])
      const isHeard = graph.constant('bool', Uint8Array.of(speaks), [1, 1])
      return { ...pseudoTargets(of(scores), of(known), graph.scalar(0.9, 'float32'), isHeard, bothWays) }
    })

  test('as published are positives alone, and count in full', async () => {
    expect(await pseudo(false, 1)).toEqual({ targets: [1, 0, 0, -1, 1, 0], weights: [1, 0, 0, 1, 1, 0] })
  })

  test('both ways are positives and negatives, and count by their scores; what is known stays', async () => {
    expect(await pseudo(true, 1)).toEqual({ targets: [1, -1, 0, -1, 1, -1], weights: [0.95, 0.9, 0, 1, 1, 1] })
  })

  test('are no negatives where nothing stands behind the score', async () => {
    expect(await pseudo(true, 0)).toEqual({ targets: [1, 0, 0, -1, 1, 0], weights: [0.95, 0, 0, 1, 1, 0] })
  })
})

test('what transfers within an image is the chance of both, or that of one given the other', async () => {
  // Two labels, the first known present with p = 0.5; R = 0.4.
  const { both, given, hardly } = await valuesOf((graph) => {
    const logits = graph.constant('float32', Float32Array.of(Math.log(0.4 / 0.6)), [1, 1])
    const target = graph.constant('float32', Float32Array.of(1, 0), [1, 2])
    const threshold = graph.scalar(0.9, 'float32')
    const scoresWith = (probability?: number): Value => {
      const p = probability && graph.constant('float32', Float32Array.of(probability, 0.2), [1, 2])
      return intraTargets(logits, target, threshold, false, p || undefined).scores
    }
    return { both: scoresWith(), given: scoresWith(0.5), hardly: scoresWith(0.001) }
  })
  expect(both[1]).toBeCloseTo(0.4, 3)
  expect(given[1]).toBeCloseTo(0.8, 3)
  expect(hardly[1]).toBe(1)
})

describe('the label graph', () => {
  const conditional = { conditionalAdjacency: true, definedMeans: true }

  test('comes out p times too small as published, and as it is when only known pairs count', () => {
    const [images, share] = [20_000, 0.2]
    const random = new RandomState(0)
    // The second label comes with the first in 70 of 100.
    const states = new Int8Array(2 * images)
    for (let i = 0; i < images; i++) {
      const first = random.random() < 0.4
      const second = random.random() < (first ? 0.7 : 0.1)
      if (random.random() < share) states[2 * i] = first ? 1 : -1
      if (random.random() < share) states[2 * i + 1] = second ? 1 : -1
    }
    expect(labelAdjacency(states, 2, { ...conditional, conditionalAdjacency: false })[1]).toBeCloseTo(0.7 * share, 1)
    expect(labelAdjacency(states, 2, conditional)[1]).toBeCloseTo(0.7, 1)
  })

  test('has no neighbours for a label without a known positive; as published it has no number', () => {
    const states = Int8Array.of(1, -1, 1, -1)
    expect(Array.from(labelAdjacency(states, 2, conditional).subarray(2))).toEqual([0, 1])
    expect(Array.from(labelAdjacency(states, 2, { ...conditional, definedMeans: false }).subarray(2))).toEqual([
      Number.NaN,
      1,
    ])
  })
})
