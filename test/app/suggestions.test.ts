import fc from 'fast-check'
import { expect, test } from 'vitest'
import { imageDetail as detailSchema, imageRow } from '../../src/contract/schemas.ts'
import type { Application } from '../../src/main/app/application.ts'
import { imageDetail, imageRows } from '../../src/main/app/images/rows.ts'
import { acceptSuggestions, redo, rejectSuggestions, setMarks, undo } from '../../src/main/app/marks/marks.ts'
import { questionsOf } from '../../src/main/app/suggestions/asking.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { gainsFile, writeGains } from '../../src/main/suggestions/gains.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { scanned } from '../project/support.ts'
import { queryImages } from './scored.ts'
import { newApplication, temporaryFolder } from './support.ts'

/** A project with a model that gives these probabilities, image by image. */
async function scored(application: Application, labels: string[], probabilities: number[][]): Promise<Workspace> {
  const folder = temporaryFolder()
  const workspace = await application.create({ path: `${folder}/p.surmise`, imagesRoot: folder, labels })
  const { project } = workspace
  project.images.applyScan({ added: probabilities.map((_, i) => scanned(`${String(i).padStart(4, '0')}.jpg`)) })
  const labelIds = project.labels.list().map(({ id }) => id)
  const model = project.models.add(
    { kind: 'blend', backbone: 'x', seed: 0, device: 'cpu', metrics: {}, labelIds, file: null },
    { current: true },
  )
  await writeScores(scoresFile(project.cacheFolder, model.uid), {
    imageIds: project.images.ids({}, { by: 'added' }),
    labelIds: Int32Array.from(labelIds),
    probabilities: Float32Array.from(labels.flatMap((_, label) => probabilities.map((row) => row[label]))),
  })
  await project.states.matrix()
  return workspace
}

test('accepting takes the suggestion over, rejecting marks the opposite, both say by which model', async () => {
  const workspace = await scored(
    newApplication(),
    ['dog', 'cat'],
    [
      [0.97, 0.02],
      [0.4, Number.NaN],
    ],
  )
  const { project } = workspace
  const model = project.models.current()!
  const [row] = await imageRows(workspace, [1])
  expect(imageRow.parse(row)).toMatchObject({ present: [], absent: [] })
  expect(row.suggestions).toEqual([
    { labelId: 2, probability: expect.closeTo(0.02), suggestion: 'absent', likely: true },
    { labelId: 1, probability: expect.closeTo(0.97), suggestion: 'present', likely: true },
  ])

  expect(await acceptSuggestions(workspace, [{ imageId: 1, labelId: 1 }])).toMatchObject({
    changed: 1,
    title: 'Accept “dog” present',
    firstImageId: 1,
    undoTitle: 'Accept “dog” present',
  })
  expect(await rejectSuggestions(workspace, [{ imageId: 1, labelId: 2 }])).toMatchObject({
    title: 'Reject “cat” absent',
  })
  expect(project.states.ofImage(1)).toMatchObject([
    { labelId: 1, state: 1, source: 'accepted_suggestion', modelId: model.id, score: expect.closeTo(0.97) },
    { labelId: 2, state: 1, source: 'human', modelId: model.id, score: expect.closeTo(0.02) },
  ])
  const detail = detailSchema.parse(await imageDetail(workspace, 2))
  expect(detail.allSuggestions).toMatchObject([{ labelId: 1, suggestion: 'absent', likely: false }])

  // What was decided meanwhile stays as it is.
  await setMarks(workspace, [{ imageId: 2, labelId: 1, state: 1 }])
  expect(await acceptSuggestions(workspace, [{ imageId: 2, labelId: 1 }])).toMatchObject({ changed: 0 })
  await expect(acceptSuggestions(workspace, [{ imageId: 2, labelId: 2 }])).rejects.toMatchObject({
    code: 'no-suggestion',
  })
  expect(await undo(workspace)).toMatchObject({
    title: 'Mark “dog” present',
    redoTitle: 'Mark “dog” present',
    firstImageId: 2,
  })
  expect(await acceptSuggestions(workspace, [{ imageId: 2, labelId: 1 }])).toMatchObject({
    changed: 1,
    title: 'Accept “dog” absent',
  })
})

test('titles say what was done; undo and redo say so too', async () => {
  const workspace = await scored(newApplication(), ['dog', 'cat'], [[0.9], [0.9], [0.9]])
  const title = async (changes: Parameters<typeof setMarks>[1]) => (await setMarks(workspace, changes)).title
  expect(await title([{ imageId: 1, labelId: 1, state: -1 }])).toBe('Mark “dog” absent')
  expect(await title([1, 2, 3].map((imageId) => ({ imageId, labelId: 2, state: 1 as const })))).toBe(
    'Mark “cat” present in 3 images',
  )
  expect(await title([{ imageId: 1, labelId: 1, state: 0 }])).toBe('Clear “dog”')
  expect(
    await title([
      { imageId: 1, labelId: 1, state: 1 },
      { imageId: 1, labelId: 2, state: -1 },
    ]),
  ).toBe('Change 2 labels')
  expect(await undo(workspace)).toMatchObject({ changed: 2, title: 'Change 2 labels' })
  expect(await redo(workspace)).toMatchObject({ changed: 2, title: 'Change 2 labels', redoTitle: null })
  expect(await redo(workspace)).toBeNull()
})

test('many marks at once are one action, written in slices', async () => {
  const workspace = await scored(
    newApplication(),
    ['dog'],
    Array.from({ length: 6000 }, () => [0.95]),
  )
  const pairs = Array.from({ length: 6000 }, (_, i) => ({ imageId: i + 1, labelId: 1 }))
  expect(await acceptSuggestions(workspace, pairs)).toMatchObject({ changed: 6000, title: 'Accept 6000 suggestions' })
  expect(workspace.project.labels.list()[0].presentCount).toBe(6000)
  expect(await undo(workspace)).toMatchObject({ changed: 6000 })
})

test('suggested and by confidence: as one would find them one by one', async () => {
  const application = newApplication()
  const probability = fc.oneof(fc.constant(Number.NaN), fc.constantFrom(0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 1))
  const image = fc.record({
    probabilities: fc.tuple(probability, probability, probability),
    states: fc.tuple(...Array.from({ length: 3 }, () => fc.constantFrom(0, 0, 1, -1))),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(image, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      async (images, label) => {
        const workspace = await scored(
          application,
          ['a', 'b', 'c'],
          images.map(({ probabilities }) => probabilities),
        )
        const marks = images.flatMap(({ states }, i) =>
          states.map((state, l) => ({ imageId: i + 1, labelId: l + 1, state: state as 0 | 1 | -1 })),
        )
        workspace.project.states.set(marks, { title: 'x' })
        const sure = (i: number, labels: number[]) =>
          Math.max(
            0,
            ...labels.map((l) => {
              const p = Math.fround(images[i].probabilities[l - 1])
              return images[i].states[l - 1] !== 0 || Number.isNaN(p) ? 0 : Math.max(p, Math.fround(1 - p))
            }),
          )
        const places = images.map((_, i) => i)
        const ids = (of: number[]) => of.map((i) => i + 1)
        const found = async (...query: [Parameters<typeof queryImages>[1], Parameters<typeof queryImages>[2]]) => [
          ...(await queryImages(workspace, ...query)),
        ]
        const all = [1, 2, 3]
        expect(await found({ suggested: true }, { by: 'path' })).toEqual(ids(places.filter((i) => sure(i, all) >= 0.9)))
        expect(await found({ suggested: false }, { by: 'path' })).toEqual(ids(places.filter((i) => sure(i, all) < 0.9)))
        expect(
          await found({ labels: [{ labelId: label, is: 'suggested' }] }, { by: 'path', descending: true }),
        ).toEqual(ids(places.filter((i) => sure(i, [label]) >= 0.9).reverse()))
        expect(await found({}, { by: 'confidence' })).toEqual(
          ids(places.toSorted((i, j) => sure(j, all) - sure(i, all) || i - j)),
        )
        expect(await found({ labels: [{ labelId: label, is: 'unknown' }] }, { by: 'confidence' })).toEqual(
          ids(
            places
              .filter((i) => images[i].states[label - 1] === 0)
              .toSorted((i, j) => sure(j, [label]) - sure(i, [label]) || i - j),
          ),
        )
      },
    ),
    { numRuns: 12 },
  )
})

test('the most useful first: what is unknown counts, and follows every mark', async () => {
  const workspace = await scored(
    newApplication(),
    ['dog', 'cat'],
    [
      [0.6, 0.5],
      [0.3, 0.5],
      [0.5, 0.95],
      [Number.NaN, Number.NaN],
    ],
  )
  const { project } = workspace
  const by = { by: 'usefulness' } as const
  // A model of before there was such an order: by path.
  await expect(questionsOf(workspace, 5)).rejects.toMatchObject({ code: 'order-missing' })
  expect([...(await queryImages(workspace, {}, by))]).toEqual([1, 2, 3, 4])
  const model = project.models.current()!
  await writeGains(gainsFile(project.cacheFolder, model.uid), {
    imageIds: Int32Array.of(1, 2, 3, 4),
    labelIds: Int32Array.of(1, 2),
    gains: Float32Array.of(2, 1, 3, Number.NaN, 2, 6, 1, Number.NaN),
  })
  project.models.setCurrent(null)
  project.models.setCurrent(model.id)
  const order = async (
    ...[filter, sort]: Parameters<typeof queryImages> extends [unknown, ...infer Rest] ? Rest : never
  ) => [...(await queryImages(workspace, filter, sort))]
  expect(await order({}, by)).toEqual([2, 1, 3, 4])
  expect(await order({}, { ...by, descending: false })).toEqual([4, 1, 3, 2])
  expect(await order({ labels: [{ labelId: 1, is: 'unknown' }] }, by)).toEqual([3, 1, 2, 4])
  expect(await order({ suggested: false }, by)).toEqual([2, 1, 4])
  const pairs = async (count: number) =>
    (await questionsOf(workspace, count)).questions.map(({ image, label }) => [Number(image.slice(0, 4)) + 1, label])
  expect(await pairs(3)).toEqual([
    [2, 'cat'],
    [3, 'dog'],
    [1, 'dog'],
  ])
  await setMarks(workspace, [{ imageId: 2, labelId: 2, state: -1 }])
  expect(await order({}, by)).toEqual([1, 3, 2, 4])
  expect((await pairs(9)).length).toBe(5)
  project.labels.remove(2)
  expect(await order({}, by)).toEqual([3, 1, 2, 4])
})

test('the audit slice: a random sample of the confident suggestions, whatever else is marked', async () => {
  // Of the suggestions of present, the first half is right; of those of absent, all.
  const images = Array.from({ length: 80 }, (_, i) => [i < 40 ? 0.97 : 0.6, i < 40 ? 0.5 : 0.02])
  const workspace = await scored(newApplication(), ['dog', 'cat'], images)
  const { project } = workspace
  const ids = project.images.ids({}, { by: 'added' })
  const gains = Float32Array.from({ length: 160 }, (_, at) => (at % 40) + 1)
  const [uid, labelIds] = [project.models.current()!.uid, Int32Array.of(1, 2)]
  await writeGains(gainsFile(project.cacheFolder, uid), { imageIds: ids, labelIds, gains })
  const begun = await questionsOf(workspace, 60)
  expect(begun.audit.present).toMatchObject({ count: 0, low: 0, high: 1 })
  const audits = begun.questions.filter(({ why }) => why === 'audit')
  expect(audits.map(({ label }) => label)).toEqual(['dog', 'dog', 'dog', 'cat', 'cat', 'cat'])
  expect(audits.every(({ probability }) => probability > 0.9 || probability < 0.1)).toBe(true)
  expect([begun.questions.length, new Set(begun.questions.map(({ image, label }) => image + label)).size]).toEqual([
    60, 60,
  ])
  expect(await questionsOf(workspace, 60)).toEqual(begun)

  // A mark of a confident suggestion that was not drawn tells nothing of the others.
  const drawn = new Set(
    audits.filter(({ label }) => label === 'dog').map(({ image }) => project.images.byPath(image)!.id),
  )
  const other = [...ids].slice(0, 40).find((id) => !drawn.has(id))!
  await setMarks(workspace, [{ imageId: other, labelId: 1, state: -1 }])
  const answers = [...drawn].map((imageId, i) => ({
    imageId,
    labelId: 1,
    state: i === 0 ? (-1 as const) : (1 as const),
  }))
  await setMarks(workspace, answers.slice(1))
  expect((await questionsOf(workspace, 60)).audit.present.count).toBe(0)
  await setMarks(workspace, answers)
  const { audit, questions } = await questionsOf(workspace, 60)
  expect([audit.present.right, audit.absent.count]).toEqual([2, 0])
  expect(audit.present.count).toBeLessThanOrEqual(4)
  expect(audit.present.count).toBeGreaterThanOrEqual(3)
  expect(questions.some(({ image, why }) => why === 'audit' && drawn.has(project.images.byPath(image)!.id))).toBe(false)
})

test('without a model nothing is suggested, and nothing fails', async () => {
  const workspace = await scored(newApplication(), ['dog'], [[0.95], [0.95]])
  workspace.project.models.setCurrent(null)
  expect([...(await queryImages(workspace, { suggested: true }, { by: 'path' }))]).toEqual([])
  for (const by of ['confidence', 'usefulness'] as const) {
    expect([...(await queryImages(workspace, {}, { by }))]).toEqual([1, 2])
  }
  expect((await imageRows(workspace, [1]))[0].suggestions).toEqual([])
})
