import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { ScoreTable } from '../../src/main/suggestions/scores.ts'
import { compareModels } from '../../src/main/training/measure/comparison.ts'
import { averagePrecision, meanOf } from '../../src/main/training/measure/metrics.ts'

const images = 300
const labelIds = [11, 12, 13]

/** What is true, and a model that sees it through so much noise. */
function world(seed: number) {
  const random = new RandomState(seed)
  const truth = Int8Array.from({ length: images * labelIds.length }, () => (random.random() < 0.3 ? 1 : -1))
  const imageIds = Array.from({ length: images }, (_, i) => 2 * i + 1)
  const states = truth.map((y) => (random.random() < 0.5 ? y : 0))
  const model = (noise: number, ids = labelIds, dropImages = 0) =>
    new ScoreTable({
      imageIds: Int32Array.from(imageIds.slice(dropImages)),
      labelIds: Int32Array.from(ids),
      probabilities: Float32Array.from(
        ids.flatMap((id) =>
          imageIds
            .slice(dropImages)
            .map((_, i) => truth[(i + dropImages) * labelIds.length + labelIds.indexOf(id)] + noise * random.normal()),
        ),
      ),
    })
  return { known: { imageIds, labelIds, states }, model }
}

describe('a new model beside the one before', () => {
  test('replaces it when it is better, and not when it is clearly worse; the figures are those of the metrics', () => {
    const { known, model } = world(1)
    const [good, poor] = [model(0.8), model(3)]
    expect(compareModels(poor, good, known)).toMatchObject({ replaces: true, labels: { before: 3, after: 3 } })
    const worse = compareModels(good, poor, known)
    expect(worse.replaces).toBe(false)
    const mAP = (table: ScoreTable) =>
      meanOf(
        labelIds.map((_, label) => {
          const rows = Array.from({ length: images }, (_, row) => row).filter((row) => known.states[row * 3 + label])
          return averagePrecision(
            rows.map((row) => table.at(row, label)),
            rows.map((row) => known.states[row * 3 + label]),
          )
        }),
      )
    expect(worse.mAP!.before).toBeCloseTo(mAP(good), 9)
    expect(worse.mAP!.after).toBeCloseTo(mAP(poor), 9)
    expect(worse.mAP).toMatchObject({ labels: 3, entries: known.states.filter((state) => state !== 0).length })
  })

  test('as good a one replaces it, nearly always: noise blocks nothing', () => {
    let replaced = 0
    for (let seed = 0; seed < 40; seed++) {
      const { known, model } = world(seed)
      if (compareModels(model(1.2), model(1.2), known).replaces) replaced++
    }
    expect(replaced).toBeGreaterThan(34)
  })

  test('the one that has learnt more labels wins; labels that the project no longer has don’t count', () => {
    const { known, model } = world(2)
    expect(compareModels(model(0.5, [11, 12]), model(4), known).replaces).toBe(true)
    expect(compareModels(model(4), model(0.5, [11, 12]), known)).toMatchObject({
      replaces: false,
      labels: { before: 3, after: 2 },
    })
    const removed = { ...known, labelIds: [11, 12], states: known.states.filter((_, at) => at % 3 < 2) }
    expect(compareModels(model(4), model(0.5, [11, 12]), removed).replaces).toBe(true)
  })

  test('only what both have scored is compared', () => {
    const { known, model } = world(3)
    const { mAP } = compareModels(model(1, labelIds, 100), model(1), known)
    expect(mAP!.entries).toBe(known.states.filter((state, at) => state !== 0 && at >= 300).length)
  })

  test('with nothing to compare by, the new one replaces it', () => {
    const { known, model } = world(4)
    const unknown = { ...known, states: new Int8Array(known.states.length) }
    expect(compareModels(model(1), model(5), unknown)).toMatchObject({ mAP: null, replaces: true })
    const positives = { ...known, states: known.states.map((state) => (state === 1 ? 1 : 0)) }
    expect(compareModels(model(1), model(5), positives)).toMatchObject({ mAP: null, replaces: true })
    expect(compareModels(model(1, [11]), model(5, [12]), known)).toMatchObject({ mAP: null, replaces: true })
  })
})
