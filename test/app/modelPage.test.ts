import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  cooccurrence,
  modelCurves as curvesSchema,
  mistake,
  modelReport as reportSchema,
} from '../../src/contract/models.ts'
import { cooccurrenceOfKnown, mistakesOfModel, modelCurves, modelReport } from '../../src/main/app/models/modelPage.ts'
import { modelsOf } from '../../src/main/app/models/models.ts'
import { summaryOf } from '../../src/main/app/project/summary.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { averagePrecision } from '../../src/main/training/measure/metrics.ts'
import { scanned } from '../project/support.ts'
import { newApplication, temporaryFolder } from './support.ts'

/** A project of so many images, all of them without a label yet. */
async function projectOf(images: number, labels: string[]): Promise<Workspace> {
  const folder = temporaryFolder()
  const workspace = await newApplication().create({ path: `${folder}/p.surmise`, imagesRoot: folder, labels })
  workspace.project.images.applyScan({
    added: Array.from({ length: images }, (_, i) => scanned(`${String(i).padStart(6, '0')}.jpg`)),
  })
  return workspace
}

/** A model that gives these probabilities, image by image, of its labels. */
async function addModel(
  { project }: Workspace,
  labelIds: number[],
  probabilities: number[][],
  more: { createdAt?: number; before?: number; current?: boolean; metrics?: Record<string, unknown> } = {},
) {
  const { current = true, before, createdAt } = more
  const model = project.models.add(
    {
      ...{ kind: 'blend', backbone: 'x', seed: 0, device: 'cpu', labelIds, file: null, createdAt },
      metrics: { ...(more.metrics as object), ...(before === undefined ? {} : { before }) },
    },
    { current },
  )
  await writeScores(scoresFile(project.cacheFolder, model.uid), {
    imageIds: project.images.ids({}, { by: 'added' }),
    labelIds: Int32Array.from(labelIds),
    probabilities: Float32Array.from(labelIds.flatMap((_, label) => probabilities.map((row) => row[label]))),
  })
  return model
}

function mark({ project }: Workspace, states: number[][]): void {
  const changes = states.flatMap((row, i) =>
    row.map((state, label) => ({ imageId: i + 1, labelId: label + 1, state: state as 1 | 0 | -1 })),
  )
  project.states.set(changes, { title: 'Mark' })
}

test('the report: each label by what is known of it, beside the version before on the same pairs', async () => {
  const workspace = await projectOf(6, ['dog', 'cat', 'owl'])
  mark(workspace, [
    [1, 1, 1],
    [1, -1, 0],
    [-1, 1, 0],
    [-1, 0, 0],
    [0, 0, 0],
    [1, 0, 0],
  ])
  const first = await addModel(workspace, [1], [[0.2], [0.9], [0.8], [0.1], [0.5], [Number.NaN]], { createdAt: 1000 })
  const second = await addModel(
    workspace,
    [1, 2],
    [
      [0.95, 0.05],
      [0.92, 0.6],
      [0.91, 0.7],
      [0.1, 0.5],
      [0.3, 0.5],
      [0.01, 0.5],
    ],
    { createdAt: 2000 },
  )
  const report = reportSchema.parse(await modelReport(workspace, second.id))
  expect(report.before).toEqual({ id: first.id, createdAt: 1000 })
  const [dog, cat, owl] = report.labels
  // Held out: 0.95 +, 0.92 +, 0.91 −, 0.1 −, 0.01 +.
  expect(dog).toMatchObject({ learnt: true, present: 3, absent: 2, mistakes: { present: 1, absent: 1 } })
  expect(dog.averagePrecision).toBeCloseTo((1 + 1 + 3 / 5) / 3)
  // The version before says nothing of the last image: the rest are compared.
  expect(dog.change).toEqual({ before: expect.closeTo((1 + 2 / 3) / 2), after: expect.closeTo(1) })
  // One absent is too little to measure; a label that was not learnt says so, and nothing else.
  expect(cat).toMatchObject({ learnt: true, present: 2, absent: 1, averagePrecision: null, change: null })
  expect(owl).toMatchObject({ learnt: false, known: { present: 1, absent: 0 }, averagePrecision: null, change: null })
  expect(report.mAP).toBe(dog.averagePrecision)
  expect([report.present, report.absent]).toEqual([5, 3])

  expect(mistake.array().parse(await mistakesOfModel(workspace, { id: second.id, labelId: 1, limit: 9 }))).toEqual([
    { imageId: 6, path: '000005.jpg', version: expect.any(String), state: 1, probability: expect.closeTo(0.01) },
    { imageId: 3, path: '000002.jpg', version: expect.any(String), state: -1, probability: expect.closeTo(0.91) },
  ])
  expect(await mistakesOfModel(workspace, { id: second.id, labelId: 1, limit: 1 })).toHaveLength(1)

  // What suggested at its training is what a version is compared with, though another is newer.
  const third = await addModel(workspace, [1], [[1], [1], [0], [0], [0], [1]], {
    ...{ createdAt: 3000, before: first.id, current: false },
  })
  expect((await modelReport(workspace, third.id)).before?.id).toBe(first.id)
  rmSync(scoresFile(workspace.project.cacheFolder, first.uid))
  expect((await modelReport(workspace, third.id)).before?.id).toBe(second.id)
  await expect(modelReport(workspace, first.id)).rejects.toMatchObject({ code: 'model-unusable' })
  await expect(modelReport(workspace, 99)).rejects.toMatchObject({ code: 'model-unknown' })
})

test('what training measured is told as it was kept, in every place: marks made since don’t change it', async () => {
  const workspace = await projectOf(6, ['dog', 'cat'])
  mark(workspace, [[1, 1], [1], [-1], [-1]])
  const kept = { linear: 0.5, sst: 0.6, blend: 0.75 }
  const model = await addModel(workspace, [1], [[0.9], [0.2], [0.8], [0.1], [0.7], [0.3]], {
    metrics: { mAP: kept, labels: [{ labelId: 1, name: 'dog', present: 2, absent: 2, averagePrecision: kept }] },
  })
  const told = async () => {
    const { mAP, labels } = await modelReport(workspace, model.id)
    return {
      mAP,
      dog: labels[0],
      listed: modelsOf(workspace)[0].mAP?.blend,
      summary: summaryOf(workspace).model?.mAP?.blend,
    }
  }
  const first = await told()
  expect(first).toMatchObject({ mAP: 0.75, listed: 0.75, summary: 0.75, dog: { present: 2, averagePrecision: 0.75 } })
  mark(workspace, [[], [], [], [], [-1], [1]])
  const then = await told()
  expect(then).toEqual({ ...first, dog: { ...first.dog, known: { present: 3, absent: 3 } } })
})

test('the curves follow the marks; with too little known there are none', async () => {
  const workspace = await projectOf(6, ['dog', 'cat'])
  const rows = [0.95, 0.8, 0.7, 0.3, 0.2, 0.9].map((p) => [p, p])
  const model = await addModel(workspace, [1, 2], rows)
  mark(workspace, [[1, 1], [1], [1]])
  const before = curvesSchema.parse(await modelCurves(workspace, model.id, 1))
  expect(before).toMatchObject({ present: 3, absent: 0, undecided: 3, least: 2, reliability: null, thresholds: null })
  expect(before.calibrationError).toBeNull()

  mark(workspace, [[], [], [], [-1], [-1]])
  const after = curvesSchema.parse(await modelCurves(workspace, model.id, 1))
  expect(after).toMatchObject({ present: 3, absent: 2, undecided: 1, averagePrecision: 1 })
  const { precision, recall, undecided } = after.thresholds!
  expect([precision[500], recall[500], undecided[500]]).toEqual([1, 1, 1])
  expect([precision[750], recall[750], undecided[750]]).toEqual([1, 2 / 3, 1])
  expect([precision[901], recall[901], undecided[901]]).toEqual([1, 1 / 3, 0])
  expect(precision[1000]).toBeNull()
  // All labels together: those of the cat count too.
  const all = await modelCurves(workspace, model.id, null)
  expect(all).toMatchObject({ present: 4, absent: 2, undecided: 6, averagePrecision: null })
})

test('co-occurrence: of labels that are present somewhere, the commonest', async () => {
  const names = Array.from({ length: 45 }, (_, i) => `label ${i + 1}`)
  const workspace = await projectOf(60, names)
  // Label i is present in the first i − 1 images: the first in none.
  mark(
    workspace,
    Array.from({ length: 60 }, (_, image) => names.map((_, label) => (image < label ? 1 : -1))),
  )
  const found = cooccurrence.parse(await cooccurrenceOfKnown(workspace))
  expect(found.labels).toBe(45)
  expect(found.labelIds).toEqual(Array.from({ length: 40 }, (_, i) => i + 6))
  // Of label 6 (in 5 images) and label 7 (in 6).
  expect([found.known[1], found.both[1], found.first[1], found.first[40]]).toEqual([60, 5, 5, 6])
})

test('average precision is that of the known pairs alone, as one by one', async () => {
  const random = new RandomState(7)
  const images = 20_000
  const names = Array.from({ length: 8 }, (_, i) => `label ${i + 1}`)
  const workspace = await projectOf(images, names)
  const states = Array.from({ length: images }, () => names.map(() => [0, 0, 1, -1][random.integer(4)]))
  mark(workspace, states)
  const rows = states.map((row) => row.map((y) => Math.fround((random.random() + (y === 1 ? 0.4 : 0)) / 1.4)))
  const ids = names.map((_, i) => i + 1)
  const model = await addModel(workspace, ids, rows)
  const { labels } = await modelReport(workspace, model.id)
  labels.forEach(({ averagePrecision: ap, present, absent }, label) => {
    const known = states.flatMap((row, i) => (row[label] === 0 ? [] : [i]))
    const truth = known.map((i) => states[i][label])
    expect([present, absent]).toEqual([1, -1].map((y) => truth.filter((one) => one === y).length))
    expect(ap).toBeCloseTo(
      averagePrecision(
        known.map((i) => rows[i][label]),
        truth,
      ),
      12,
    )
  })
})
