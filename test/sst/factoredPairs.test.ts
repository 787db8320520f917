import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { labelAdjacency } from '../../src/main/sst/adjacency.ts'
import {
  factoredIntraTargets,
  factoredPairLogits,
  factoredPairLoss,
  factoredPairShapes,
} from '../../src/main/sst/factoredPairs.ts'
import { labelGraph } from '../../src/main/sst/labelGraph.ts'
import { allRepairs } from '../../src/main/sst/objective.ts'
import { declareParameters, graphShapes, randomParameters } from '../../src/main/sst/parameters.ts'
import { gradients } from '../../src/main/tensor/gradients/gradients.ts'
import { adam } from '../../src/main/tensor/gradients/optimizer.ts'
import { Graph, type Value } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { Session, type Tensor, tensorOf } from '../../src/main/tensor/run/session.ts'
import { Trainer } from '../../src/main/tensor/run/trainer.ts'
import { adjacencyOn, knownAdjacency } from '../../src/main/training/network/adjacency.ts'

const sizes = { labels: 5, channels: 3, rank: 2 }
/** The second image has one member and the third none. */
const members = [0, 3, 2, -1, -1, -1]
const target = [1, -1, 0, 1, 0, 0, 1, 1, -1, 0, 0, -1, 0, 0, -1]

const normals = (count: number, seed: number): Float32Array => {
  const random = new RandomState(seed)
  return Float32Array.from({ length: count }, () => random.normal())
}

function membersOf(graph: Graph): Value {
  return graph.constant('int64', BigInt64Array.from(members, BigInt), [3, 2])
}

async function valuesOf(graph: Graph, feeds: Record<string, Tensor> = {}): Promise<Record<string, number[]>> {
  const session = await Session.open(onnxModel(graph), { threads: 1 })
  const results = await session.run(feeds)
  await session.close()
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array, Number)]),
  )
}

describe('factored pairs', () => {
  const parameters = randomParameters(factoredPairShapes(sizes), new RandomState(1))
  const features = normals(3 * 5 * 3, 2)

  test('are (U f_k + a_k)ᵀ (V f_c + b_c) + β_c of the members of each image', async () => {
    const graph = new Graph('constants')
    const f = graph.constant('float32', features, [3, 5, 3])
    const { logits, isMember } = factoredPairLogits(f, membersOf(graph), declareParameters(graph, parameters))
    graph.output('logits', logits)
    graph.output('isMember', isMember)
    const found = await valuesOf(graph)

    const of = (name: string): Float32Array => parameters.get(`intra.${name}`)!.data
    const factor = (kind: 'member' | 'other', b: number, c: number): number[] =>
      [0, 1].map((r) => {
        let value = of(`${kind}.label`)[c * 2 + r]
        for (let d = 0; d < 3; d++) value += of(`${kind}.weight`)[r * 3 + d] * features[(b * 5 + c) * 3 + d]
        return value
      })
    members.forEach((k, at) => {
      const b = Math.floor(at / 2)
      for (let c = 0; c < 5; c++) {
        expect(found.isMember[at * 5 + c]).toBe(c === k ? 1 : 0)
        const left = k < 0 ? [0, 0] : factor('member', b, k)
        const right = factor('other', b, c)
        const g = left[0] * right[0] + left[1] * right[1] + of('other.bias')[c]
        expect(found.logits[at * 5 + c]).toBeCloseTo(g, 5)
      }
    })
  })

  test.each([true, false])(
    'have a loss whose gradients agree with finite differences, unknown masked: %s',
    async (mask) => {
      const graph = new Graph()
      const f = graph.input('features', 'float32', [3, 5, 3])
      const parameter = declareParameters(graph, parameters)
      const pairs = factoredPairLogits(f, membersOf(graph), parameter)
      const y = graph.constant('float32', Float32Array.from(target), [3, 5])
      const loss = factoredPairLoss(pairs, y, mask)
      graph.output('loss', loss)
      const inputs = [f, ...[...parameters.keys()].map(parameter)]
      gradients(loss, inputs).forEach((gradient, i) => {
        graph.output(`d${i}`, gradient)
      })
      const values = [features.slice(), ...[...parameters.values()].map(({ data }) => data.slice())]
      const feeds = Object.fromEntries(
        inputs.map((x, i) => [x.name, tensorOf('float32', values[i], x.shape as number[])]),
      )
      const session = await Session.open(onnxModel(graph), { threads: 1 })
      const exact = await session.run(feeds)
      const lossNow = async () => Number(((await session.run(feeds, ['loss'])).loss.data as Float32Array)[0])
      let moves = 0
      for (const [i, entries] of values.entries()) {
        const slopes = exact[`d${i}`].data as Float32Array
        for (let j = 0; j < entries.length; j++) {
          const middle = entries[j]
          entries[j] = middle + 1e-2
          const above = await lossNow()
          entries[j] = middle - 1e-2
          const below = await lossNow()
          entries[j] = middle
          expect(Math.abs(slopes[j] - (above - below) / 2e-2), `${inputs[i].name}[${j}]`).toBeLessThan(1e-3)
          if (Math.abs(slopes[j]) > 1e-3) moves++
        }
      }
      await session.close()
      expect(moves).toBeGreaterThan(10)
    },
  )

  test('speak for the unknown labels by the mean over the members; an image without one hears nothing', async () => {
    const graph = new Graph('constants')
    const chances = [0.9, 0.5]
    const logits = graph.constant(
      'float32',
      Float32Array.from({ length: 30 }, (_, at) => {
        const chance = chances[Math.floor(at / 5) % 2]
        return Math.log(chance / (1 - chance))
      }),
      [3, 2, 5],
    )
    const isMember = graph.constant(
      'float32',
      Float32Array.from({ length: 30 }, (_, at) => (members[Math.floor(at / 5)] === at % 5 ? 1 : 0)),
      [3, 2, 5],
    )
    const y = graph.constant('float32', Float32Array.from(target), [3, 5])
    const threshold = graph.scalar(0.8, 'float32')
    const { scores, targets, weights } = factoredIntraTargets({ logits, isMember }, y, threshold, true)
    for (const [name, value] of Object.entries({ scores, targets, weights })) graph.output(name, value)
    const found = await valuesOf(graph)
    const rounded = found.scores.filter((_, at) => at % 5 === 0).map((score) => Math.round(score * 1e4) / 1e4)
    expect(rounded).toEqual([0.7, 0.9, 0])
    // Of the second image the unknown ones are present, of the third nothing is said.
    expect(found.targets).toEqual([1, -1, 0, 1, 0, 1, 1, 1, -1, 1, 0, -1, 0, 0, -1])
    expect(found.weights.slice(10)).toEqual([0, 1, 0, 0, 1])
  })

  test('learn which labels come together', async () => {
    // Labels 2n and 2n+1 come together, and never with others.
    const [labels, images] = [6, 3]
    const graph = new Graph()
    const start = randomParameters(factoredPairShapes({ labels, channels: 2, rank: 4 }), new RandomState(0))
    const f = graph.constant('float32', normals(images * labels * 2, 4), [images, labels, 2])
    const present = Float32Array.from({ length: images * labels }, (_, at) =>
      Math.floor((at % labels) / 2) === Math.floor(at / labels) ? 1 : -1,
    )
    const some = graph.constant('int64', BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n), [images, 2])
    const pairs = factoredPairLogits(f, some, declareParameters(graph, start))
    graph.output('logits', pairs.logits)
    const loss = factoredPairLoss(pairs, graph.constant('float32', present, [images, labels]), true)
    const trainer = await Trainer.open(graph, adam(graph, loss), 'cpu', 1)
    let logits = new Float32Array()
    for (let step = 0; step < 200; step++) logits = (await trainer.step({}, 0.05)).logits as typeof logits
    await trainer.close()
    logits.forEach((g, at) => {
      const [k, c] = [Math.floor(at / labels), at % labels]
      if (k !== c) expect(g > 0).toBe(Math.floor(k / 2) === Math.floor(c / 2))
    })
  })
})

describe('a factored adjacency', () => {
  /** Labels of a few groups, that mostly come together. */
  const labels = 12
  const random = new RandomState(5)
  const states = new Int8Array(400 * labels)
  for (let image = 0; image < 400; image++) {
    const group = random.integer(3)
    for (let label = 0; label < labels; label++) {
      const chance = label % 3 === group ? 0.7 : 0.05
      states[image * labels + label] = random.random() < chance ? 1 : -1
    }
  }

  async function propagated(adjacency: Float32Array, rank: number): Promise<number[]> {
    const graph = new Graph('constants')
    const parameters = randomParameters(graphShapes(4), new RandomState(6))
    const h = graph.constant('float32', normals(2 * labels * 4, 7), [2, labels, 4])
    const a = adjacencyOn(graph, adjacency, { labels, rank })
    graph.output('h', labelGraph(h, a, 2, declareParameters(graph, parameters)))
    return (await valuesOf(graph)).h
  }

  test('of as many ranks as labels is the whole one, and propagates the same', async () => {
    const whole = await knownAdjacency(states, { labels, rank: 0 }, allRepairs, 'cpu')
    expect(whole).toEqual(labelAdjacency(states, labels, allRepairs))
    const factors = await knownAdjacency(states, { labels, rank: 64 }, allRepairs, 'cpu')
    expect(factors.length).toBe(2 * labels * labels)
    const [expected, found] = [await propagated(whole, 0), await propagated(factors, 64)]
    found.forEach((h, at) => {
      expect(h).toBeCloseTo(expected[at], 4)
    })
  })

  test('of few ranks keeps how groups of labels come together', async () => {
    const whole = labelAdjacency(states, labels, allRepairs)
    const rank = 4
    const factors = await knownAdjacency(states, { labels, rank }, allRepairs, 'cpu')
    const [left, right] = [factors.subarray(0, labels * rank), factors.subarray(labels * rank)]
    for (let i = 0; i < labels; i++) {
      for (let j = 0; j < labels; j++) {
        if (i === j) continue
        let entry = 0
        for (let r = 0; r < rank; r++) entry += left[i * rank + r] * right[j * rank + r]
        expect(Math.abs(entry - whole[i * labels + j])).toBeLessThan(0.1)
        expect(entry > 0.35).toBe(i % 3 === j % 3)
      }
    }
  })

  test('of labels that never come together has no neighbours', async () => {
    const alone = Int8Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0))
    const factors = await knownAdjacency(alone, { labels: 4, rank: 2 }, allRepairs, 'cpu')
    expect(factors.every(Number.isFinite)).toBe(true)
  })
})
