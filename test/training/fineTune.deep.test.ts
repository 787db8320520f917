import { describe, expect, test } from 'vitest'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import type { FeatureSource } from '../../src/main/training/description/features.ts'
import { type FineTuneResult, fineTune } from '../../src/main/training/fineTune.ts'
import { outOfFold } from '../../src/main/training/heads/crossFitting.ts'
import { dealFolds } from '../../src/main/training/heads/folds.ts'
import { averagePrecision, calibrationError, meanOf } from '../../src/main/training/measure/metrics.ts'
import type { ProgressReport } from '../../src/main/training/progress.ts'
import { Scenes } from './scenes.ts'

function run(
  scenes: Scenes,
  states: Int8Array,
  more: { seed?: number; onProgress?: (r: ProgressReport) => void } = {},
) {
  return fineTune(
    { source: scenes, records: scenes.records, states, labelNames: scenes.names },
    { seed: 0, device: 'cpu', ...more },
  )
}

/** Mean average precision of scores for what was unknown. */
function mAP(scores: Float32Array, scenes: Scenes, states: Int8Array): number {
  return meanOf(
    scenes.names.map((_, label) => {
      const unknown = Array.from(states.keys()).filter((at) => at % scenes.labels === label && states[at] === 0)
      return averagePrecision(
        unknown.map((at) => scores[at]),
        unknown.map((at) => scenes.truth[at]),
      )
    }),
  )
}

describe('a fine-tune run', () => {
  const scenes = new Scenes(240)
  const states = scenes.known(0.5)
  let first: FineTuneResult

  test('finds what was not known, with probabilities that can be believed', async () => {
    const reports: ProgressReport[] = []
    first = await run(scenes, states, { onProgress: (report) => reports.push(report) })
    const chance = meanOf(
      scenes.names.map((_, l) => scenes.truth.filter((y, at) => at % 4 === l && y === 1).length / 240),
    )
    expect(mAP(first.probabilities, scenes, states)).toBeGreaterThan(chance + 0.3)
    const unknown = Array.from(states.keys()).filter((at) => states[at] === 0)
    const error = calibrationError(
      unknown.map((at) => first.probabilities[at]),
      unknown.map((at) => scenes.truth[at]),
    )
    expect(error).toBeLessThan(0.08)

    // Told on the way: every phase, never backwards, with losses and what was measured on held-out labels.
    expect([...new Set(reports.map(({ phase }) => phase))]).toEqual([
      'preparing',
      'baseline',
      'network',
      'scoring',
      'blending',
    ])
    reports.reduce((before, { fraction }) => {
      expect(fraction).toBeGreaterThanOrEqual(before)
      return fraction
    }, 0)
    expect(reports.some(({ losses }) => losses && losses.known > 0)).toBe(true)
    expect(new Set(reports.map(({ validation }) => validation?.of))).toEqual(
      new Set([undefined, 'linear', 'sst', 'blend']),
    )
    // Held-out figures are honest: near what the unknown labels show.
    expect(Math.abs(first.metrics.mAP.blend - mAP(first.probabilities, scenes, states))).toBeLessThan(0.12)
    expect(first.metrics.heldOut).toBe(states.filter((state) => state !== 0).length)
  })

  test('the same seed gives the same model, byte for byte; another gives another', async () => {
    const again = await run(scenes, states)
    expect(Buffer.from(again.model).equals(first.model)).toBe(true)
    expect(again.probabilities).toEqual(first.probabilities)
    expect((await run(scenes, states, { seed: 1 })).probabilities).not.toEqual(first.probabilities)
  })

  test('the model file gives the logits that were blended', async () => {
    const session = await Session.open(first.model)
    const rows = scenes.records.subarray(0, 5)
    const { linear, sst, attention } = await session.run({
      grid: tensorOf('float16', await scenes.readGrid(rows), [5, scenes.positions, scenes.channels]),
      pooled: tensorOf('float16', Float16Array.from(await scenes.readPooled(rows)), [5, scenes.channels]),
    })
    await session.close()
    const fold = dealFolds(states, scenes.labels, 3, 0).subarray(0, 20)
    for (const [name, { data }] of Object.entries({ linear, sst })) {
      const ofFold = [0, 1, 2].map((k) =>
        Float32Array.from(
          { length: 20 },
          (_, at) => (data as Float32Array)[(Math.floor(at / 4) * 3 + k) * 4 + (at % 4)],
        ),
      )
      const blended = first.sources[name as 'linear' | 'sst'].subarray(0, 20)
      outOfFold(ofFold, fold).forEach((logit, at) => {
        expect(logit).toBeCloseTo(blended[at], 4)
      })
    }
    expect(attention.dims).toEqual([5, scenes.labels, scenes.positions])
    const sum = (attention.data as Float32Array).slice(0, scenes.positions).reduce((a, b) => a + b, 0)
    expect(sum).toBeCloseTo(1, 4)
  })

  test('features that are not numbers are a sentence, and no model', async () => {
    const broken: FeatureSource = {
      channels: scenes.channels,
      positions: scenes.positions,
      readPooled: (records) => scenes.readPooled(records),
      readGrid: async (records) => (await scenes.readGrid(records)).fill(Number.NaN, 0, 1),
    }
    const run = fineTune(
      { source: broken, records: scenes.records, states, labelNames: scenes.names },
      { seed: 0, device: 'cpu' },
    )
    await expect(run).rejects.toMatchObject({ code: 'not-finite', hint: expect.stringContaining('backbone') })
  })

  test('can be cancelled while it trains', async () => {
    const stop = new AbortController()
    const run = fineTune(
      { source: scenes, records: scenes.records, states, labelNames: scenes.names },
      {
        seed: 0,
        device: 'cpu',
        signal: stop.signal,
        onProgress: ({ phase }) => {
          if (phase === 'network') stop.abort(new Error('enough'))
        },
      },
    )
    await expect(run).rejects.toThrow('enough')
  })
})

describe('with little to go by', () => {
  const scenes = new Scenes(40)

  test('nothing known is a sentence that names labels and what to do', async () => {
    const failure = run(scenes, new Int8Array(160))
    await expect(failure).rejects.toMatchObject({ code: 'too-few-labels', hint: expect.stringContaining('Mark') })
    await expect(failure).rejects.toThrow('sun: 0 present, 0 absent')
  })

  test('a label with positives only, or none, is left out; the others are learnt', async () => {
    const states = scenes.truth.map((y, at) => (at % 4 === 2 ? (y === 1 ? 1 : 0) : at % 4 === 3 ? 0 : y))
    const result = await run(scenes, states)
    expect(result.learnt).toEqual([0, 1])
    expect(result.probabilities.length).toBe(80)
    expect(result.probabilities.every((p) => p >= 0 && p <= 1)).toBe(true)
  })

  test('two present and two absent of one label are enough', async () => {
    const states = new Int8Array(160)
    for (const wanted of [1, -1]) {
      let left = 2
      for (let at = 0; left > 0; at += 4) {
        if (scenes.truth[at] !== wanted) continue
        states[at] = wanted
        left--
      }
    }
    const { learnt, probabilities, metrics } = await run(scenes, states)
    expect(learnt).toEqual([0])
    expect(probabilities.every((p) => p > 0 && p < 1)).toBe(true)
    expect(metrics.heldOut).toBe(4)
  })

  test('a single image with known labels can’t be learnt from', async () => {
    const one = scenes.truth.map((y, at) => (at < 4 ? y : 0))
    await expect(run(scenes, one)).rejects.toMatchObject({ code: 'too-few-labels' })
  })

  test('everything known', async () => {
    const { probabilities } = await run(scenes, scenes.truth)
    expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true)
  })
})
