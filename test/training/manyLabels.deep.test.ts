import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { networkShapes } from '../../src/main/sst/network.ts'
import { allRepairs, type Repairs } from '../../src/main/sst/objective.ts'
import { elements } from '../../src/main/tensor/graph/graph.ts'
import { fineTune, networkSizes } from '../../src/main/training/fineTune.ts'
import { type SstStep, trainNetwork } from '../../src/main/training/network/sstTraining.ts'
import { ManyLabels } from './manyLabels.ts'

const numbers = (labels: number): number =>
  Object.values(networkShapes(networkSizes(labels))).reduce((total, shape) => total + elements(shape), 0)

test('a network grows with the labels beyond 150, and not with their square', () => {
  expect(networkSizes(150).rank).toBe(0)
  expect(networkSizes(151).rank).toBeGreaterThan(0)
  expect(numbers(2151) - numbers(1151)).toBe(numbers(1151) - numbers(151))
})

test('a fine-tune run of 300 labels learns them, and which come together', async () => {
  const images = new ManyLabels(200, 300, 24, 4)
  const losses: SstStep['losses'][] = []
  const { learnt, probabilities, metrics, labels } = await fineTune(
    { source: images, records: images.records, states: images.known(0.9), labelNames: images.names },
    { seed: 0, device: 'cpu', maxSteps: 12, onProgress: (report) => report.losses && losses.push(report.losses) },
  )
  expect(learnt.length).toBeGreaterThan(250)
  expect(probabilities.length).toBe(200 * learnt.length)
  expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true)
  // By chance it would be the share of present, about a thirtieth.
  const chance = labels.reduce((sum, { present, absent }) => sum + present / (present + absent), 0) / labels.length
  expect(metrics.mAP.sst).toBeGreaterThan(5 * chance)
  expect(metrics.mAP.blend).toBeGreaterThan(5 * chance)
  expect(losses.at(-1)!.cooccurrence).toBeGreaterThan(0)
  expect(losses.at(-1)!.cooccurrence).toBeLessThan(losses[Math.floor(losses.length / 3)].cooccurrence)
})

describe('factored pairs train', () => {
  async function lossesOf(
    labels: number,
    targets: Int8Array,
    repairs: Repairs = allRepairs,
  ): Promise<SstStep['losses'][]> {
    const [positions, channels] = [4, 6]
    const random = new RandomState(0)
    const normals = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal())
    const images = targets.length / labels
    const losses: SstStep['losses'][] = []
    await trainNetwork(
      {
        grid: Float16Array.from(normals(images * positions * channels)),
        positions,
        targets,
        offsets: new Float32Array(targets.length),
        words: normals(labels * 5),
        heldOut: new Int8Array(targets.length),
      },
      { labels, channels, word: 5, hidden: 4, graph: 3, steps: 2, output: 4, pairs: true, rank: 2 },
      {
        ...{ seed: 0, device: 'cpu', threads: 1, epochs: { fewKnown: 3, allKnown: 3 }, minSteps: 6, batch: 4 },
        ...{ learningRate: 1e-2, weightDecay: 0.1, transferAfter: 0.5, exemplars: 4, repairs },
        onStep: ({ losses: now }) => losses.push(now),
      },
    )
    return losses
  }

  test('with one label, which has no pair', async () => {
    const losses = await lossesOf(1, Int8Array.of(1, -1, 1, -1, 1, -1, 0, 1))
    expect(losses.every(({ known, cooccurrence }) => Number.isFinite(known) && cooccurrence === 0)).toBe(true)
  })

  test('with no known positive at all', async () => {
    const losses = await lossesOf(5, new Int8Array(40).fill(-1))
    expect(
      losses.every(({ known, pseudo, cooccurrence }) => Number.isFinite(known + pseudo) && cooccurrence === 0),
    ).toBe(true)
  })

  test('with more known positives in an image than are computed, with and without the repairs', async () => {
    const all = new Int8Array(20 * 8).fill(1)
    const off = { ...allRepairs, maskUnknownPairs: false, separatePairs: false, pseudoBothWays: false }
    for (const repairs of [allRepairs, off]) {
      const losses = await lossesOf(20, all, repairs)
      expect(losses.every(({ known, pseudo }) => Number.isFinite(known + pseudo))).toBe(true)
      expect(losses.at(-1)!.cooccurrence).toBeLessThan(losses[0].cooccurrence)
    }
  })
})
