import { describe, expect, test } from 'vitest'
import { type FaithfulInput, trainFaithfully } from '../../src/main/benchmark/faithful.ts'
import { frozen, learningRateAt, thresholdAt } from '../../src/main/benchmark/faithfulSchedule.ts'
import { averagePrecision, meanOf } from '../../src/main/training/measure/metrics.ts'
import { Scenes } from '../training/scenes.ts'

describe('the published training', () => {
  test('follows its schedule', () => {
    const epochs = [0, 5, 6, 9, 10, 12, 13, 19]
    const thresholds = [0.95, 0.95, 0.925, 0.85, 0.825, 0.775, 0.75, 0.75]
    epochs.forEach((epoch, i) => {
      expect(thresholdAt(epoch)).toBeCloseTo(thresholds[i], 12)
    })
    expect([0, 9, 10, 19].map((epoch) => learningRateAt(epoch) / frozen.learningRate)).toEqual([1, 1, 0.1, 0.1])
  })

  test('learns labels of images that it has not seen, the same from the same seed', async () => {
    const scenes = new Scenes(200)
    const [training, scored] = [scenes.records.slice(0, 160), scenes.records.slice(160)]
    const input: FaithfulInput = {
      ...{ source: scenes, training, scored, labelNames: scenes.names },
      states: scenes.known(0.6).slice(0, 160 * scenes.labels),
    }
    const fractions: number[] = []
    const options = { seed: 3, device: 'cpu', onProgress: (f: number) => void fractions.push(f) } as const
    const logits = await trainFaithfully(input, options)
    expect(await trainFaithfully(input, options)).toEqual(logits)
    const truth = scenes.truth.slice(160 * scenes.labels)
    const column = (of: ArrayLike<number>, label: number) =>
      Array.from(of).filter((_, at) => at % scenes.labels === label)
    const precision = meanOf(scenes.names.map((_, l) => averagePrecision(column(logits, l), column(truth, l))))
    const chance = meanOf(scenes.names.map((_, l) => meanOf(column(truth, l).map((y) => (y === 1 ? 1 : 0)))))
    expect(precision).toBeGreaterThan(chance + 0.25)
    const once = fractions.slice(0, fractions.length / 2)
    expect(once).toEqual(once.toSorted((a, b) => a - b))
    expect(once.at(-1)).toBe(1)
  })

  test('one label, fewer images than a batch, none known present', async () => {
    const scenes = new Scenes(3)
    const logits = await trainFaithfully(
      {
        ...{ source: scenes, training: scenes.records, scored: scenes.records, labelNames: ['sun'] },
        states: Int8Array.of(-1, 0, -1),
      },
      { seed: 0, device: 'cpu' },
    )
    expect(logits.length).toBe(3)
    expect(logits.every((logit) => Number.isFinite(logit))).toBe(true)
  })

  test('can be cancelled', async () => {
    const scenes = new Scenes(16)
    const abort = new AbortController()
    const training = trainFaithfully(
      {
        ...{ source: scenes, training: scenes.records, scored: scenes.records, labelNames: scenes.names },
        states: scenes.known(0.5),
      },
      { seed: 0, device: 'cpu', signal: abort.signal, onProgress: () => abort.abort(new Error('enough')) },
    )
    await expect(training).rejects.toThrow('enough')
  })
})
