import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImageFilter, ImageSort } from '../../src/contract/schemas.ts'
import { imageDetail as detailSchema } from '../../src/contract/schemas.ts'
import { filterChoices } from '../../src/main/app/images/filterChoices.ts'
import { imageDetail } from '../../src/main/app/images/rows.ts'
import { removeFilter, renameFilter, savedFilters, saveFilter } from '../../src/main/app/images/savedFilters.ts'
import { undo } from '../../src/main/app/marks/marks.ts'
import { settleMistake } from '../../src/main/app/mistakes/settleMistake.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { queryImages, scored, suggest } from './scored.ts'
import { newApplication } from './support.ts'

const asked = async (workspace: Workspace, filter: ImageFilter, sort: ImageSort = { by: 'added' }) => [
  ...(await queryImages(workspace, filter, sort)),
]

test('where the filter’s label is known, the others say which image comes first', async () => {
  const workspace = await scored(newApplication(), [
    [0.99, 0.6, 0.5],
    [0.6, 0.55, 0.9],
    [0.5, 0.97, 0.5],
  ])
  workspace.project.states.set(
    [1, 2, 3].map((imageId) => ({ imageId, labelId: 1, state: 1 as const })),
    { title: 'x' },
  )
  const present: ImageFilter = { labels: [{ labelId: 1, is: 'present' }] }
  expect(await asked(workspace, present, { by: 'confidence' })).toEqual([3, 2, 1])
  expect(await asked(workspace, present, { by: 'mistakes' })).toEqual([3, 2, 1])
  const undecided: ImageFilter = { labels: [present.labels![0], { labelId: 3, is: 'unknown' }] }
  expect((await asked(workspace, undecided, { by: 'confidence' }))[0]).toBe(2)
})

test('uncertain, likely mistakes, a range of probabilities: as one would find them one by one', async () => {
  const application = newApplication()
  const probability = fc.oneof(fc.constant(Number.NaN), fc.constantFrom(0, 0.125, 0.25, 0.5, 0.625, 0.75, 1))
  const image = fc.record({
    p: fc.tuple(probability, probability, probability),
    states: fc.tuple(...Array.from({ length: 3 }, () => fc.constantFrom(0, 0, 1, -1))),
  })
  const range = fc.constantFrom([0, 1], [0.25, 0.625], [0.5, 0.5], [0, 0.125])
  await fc.assert(
    fc.asyncProperty(
      fc.array(image, { minLength: 1, maxLength: 12 }),
      fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      range,
      async (images, labelId, [from, to]) => {
        const workspace = await scored(
          application,
          images.map(({ p }) => p),
        )
        workspace.project.states.set(
          images.flatMap(({ states }, i) =>
            states.map((state, l) => ({ imageId: i + 1, labelId: l + 1, state: state as 0 | 1 | -1 })),
          ),
          { title: 'x' },
        )
        const columns = labelId === undefined ? [0, 1, 2] : [labelId - 1]
        const largest = (values: number[]) => Math.max(0, ...values.filter((value) => !Number.isNaN(value)))
        const uncertainty = ({ p, states }: (typeof images)[0]) =>
          largest(columns.filter((l) => states[l] === 0).map((l) => 1 - Math.abs(p[l] - 0.5)))
        const mistake = ({ p, states }: (typeof images)[0]) =>
          largest(columns.filter((l) => states[l] !== 0).map((l) => (states[l] === 1 ? 1 - p[l] : p[l])))
        // By path: first those of 2020, where every other image lies.
        const byPath = [...images.keys()].toSorted((i, j) => (i % 2) - (j % 2) || i - j)
        const ordered = (of: (one: (typeof images)[0]) => number) =>
          byPath.toSorted((i, j) => of(images[j]) - of(images[i])).map((i) => i + 1)
        // A range of all that the model can say, to name the label; it leaves out what the model says nothing of.
        const filter: ImageFilter = labelId === undefined ? {} : { probability: [{ labelId, from: 0, to: 1 }] }
        const isSaid = (id: number) => labelId === undefined || !Number.isNaN(images[id - 1].p[labelId - 1])
        expect(await asked(workspace, filter, { by: 'uncertain' })).toEqual(ordered(uncertainty).filter(isSaid))
        expect(await asked(workspace, filter, { by: 'mistakes' })).toEqual(ordered(mistake).filter(isSaid))
        const inRange = images.flatMap(({ p }, i) => (p[1] >= from && p[1] <= to ? [i + 1] : []))
        expect(await asked(workspace, { probability: [{ labelId: 2, from, to }] })).toEqual(inRange)
      },
    ),
    { numRuns: 25 },
  )
})

test('what set a label, who and when, alone and with the labels that it is about', async () => {
  const workspace = await scored(
    newApplication(),
    Array.from({ length: 5 }, () => [0.5, 0.5, 0.5]),
  )
  const { project } = workspace
  const at = (day: number, hour = 12) => new Date(2026, 0, day, hour).getTime()
  const set = (imageId: number, labelId: number, state: 1 | -1, day: number, annotator: string | null = null) =>
    project.states.set([{ imageId, labelId, state, decidedAt: at(day), annotator }], { title: 'x' })
  set(1, 1, 1, 3, 'Anna')
  set(1, 2, -1, 20, 'Jörg 犬')
  set(2, 1, -1, 10, 'Jörg 犬')
  const imported = { imageId: 3, labelId: 1, state: 1 as const, source: 'import' as const, decidedAt: at(31, 23) }
  project.states.set([imported], { title: 'x' })
  project.states.set(
    [{ imageId: 4, labelId: 3, state: 1, source: 'accepted_suggestion', decidedAt: at(31, 0), annotator: 'Anna' }],
    { title: 'x' },
  )
  const found = (decided: ImageFilter['decided'], labels?: ImageFilter['labels']) =>
    asked(workspace, { decided, labels })
  expect(await found({})).toEqual([1, 2, 3, 4])
  expect(await found({ by: ['human'] })).toEqual([1, 2])
  expect(await found({ by: ['import', 'accepted_suggestion'] })).toEqual([3, 4])
  expect(await found({ by: [] })).toEqual([])
  expect(await found({ who: 'Anna' })).toEqual([1, 4])
  // One and the same decision: Anna decided nothing of image 1 after the 3rd.
  expect(await found({ who: 'Anna', since: '2026-01-04' })).toEqual([4])
  expect(await found({ since: '2026-01-31', until: '2026-01-31' })).toEqual([3, 4])
  expect(await found({ until: '2026-01-03' })).toEqual([1])
  expect(await found({ by: ['human'] }, [{ labelId: 1, is: 'present' }])).toEqual([1])
  expect(await found({ who: 'Jörg 犬' }, [{ labelId: 1, is: 'known' }])).toEqual([2])
  // Each of the labels.
  const both = [1, 2].map((labelId) => ({ labelId, is: 'known' as const }))
  expect(await found({ by: ['human'] }, both)).toEqual([1])
  expect(await found({ who: 'Anna' }, both)).toEqual([])
  // What is unknown nobody decided: then any label may be the one.
  expect(await found({ who: 'Anna' }, [{ labelId: 2, is: 'unknown' }])).toEqual([4])
  expect(await asked(workspace, { decided: { by: ['human'] }, folder: '2021', text: '1' })).toEqual([2])
  expect(await filterChoices(project)).toEqual({ folders: ['2020', '2021'], people: ['Anna', 'Jörg 犬'] })

  await undo(workspace)
  expect(await found({ who: 'Anna' })).toEqual([1])
  project.labels.remove(1)
  expect(await found({ by: ['human', 'import'] })).toEqual([1])
})

test('a likely mistake is one that nobody has settled; keeping and correcting settle it, undo brings it back', async () => {
  const probabilities = [
    [0.05, 0.9, 0.5],
    [0.8, 0.1, Number.NaN],
    [0.98, 0.5, 0.5],
  ]
  const workspace = await scored(newApplication(), probabilities)
  const { project } = workspace
  project.settings.set({ annotator: 'Anna' })
  project.states.set(
    [
      { imageId: 1, labelId: 1, state: 1, source: 'import' },
      { imageId: 1, labelId: 2, state: -1 },
      { imageId: 2, labelId: 1, state: -1 },
      { imageId: 2, labelId: 3, state: 1 },
      { imageId: 3, labelId: 1, state: 1 },
    ],
    { title: 'x' },
  )
  const order = () => asked(workspace, {}, { by: 'mistakes' })
  const mistakes = async (imageId: number) =>
    detailSchema
      .parse(await imageDetail(workspace, imageId))
      .mistakes.map(({ labelId, suggestion }) => [...[labelId, suggestion]])
  expect(await order()).toEqual([1, 2, 3])
  expect(await mistakes(1)).toEqual([
    [1, 'absent'],
    [2, 'present'],
  ])
  expect([await mistakes(2), await mistakes(3)]).toEqual([[[1, 'present']], []])

  const keep = { imageId: 1, labelId: 1, suggestion: 'absent' as const, take: false }
  expect(await settleMistake(workspace, keep)).toMatchObject({
    changed: 1,
    title: 'Keep “dog” present',
    firstImageId: 1,
  })
  expect(project.states.ofImage(1)[0]).toMatchObject({
    ...{ labelId: 1, state: 1, source: 'human', annotator: 'Anna' },
    ...{ modelId: project.models.current()!.id, score: expect.closeTo(0.05) },
  })
  expect(await mistakes(1)).toEqual([[2, 'present']])
  const correct = { imageId: 1, labelId: 2, suggestion: 'present' as const, take: true }
  expect(await settleMistake(workspace, correct)).toMatchObject({ title: 'Correct “cat” present' })
  expect(project.states.ofImage(1)[1]).toMatchObject({ state: 1, source: 'accepted_suggestion' })
  expect([await mistakes(1), await order()]).toEqual([[], [2, 3, 1]])
  await undo(workspace)
  await undo(workspace)
  expect(project.states.ofImage(1)).toMatchObject([
    { state: 1, source: 'import' },
    { state: -1, modelId: null },
  ])
  expect(await order()).toEqual([1, 2, 3])

  // Another model may disagree with what was kept.
  await settleMistake(workspace, keep)
  await suggest(workspace, probabilities)
  expect(await mistakes(1)).toEqual([
    [1, 'absent'],
    [2, 'present'],
  ])
  // What was cleared meanwhile stays unknown.
  project.states.set([{ imageId: 1, labelId: 1, state: 0 }], { title: 'x' })
  expect(await settleMistake(workspace, keep)).toMatchObject({ changed: 0 })
  await expect(settleMistake(workspace, { ...keep, imageId: 2, labelId: 3 })).rejects.toMatchObject({
    code: 'no-suggestion',
  })
})

test('the random audit: confident suggestions first, the same order whatever else is decided, another by another seed', async () => {
  const count = 200
  const workspace = await scored(
    newApplication(),
    Array.from({ length: count }, (_, i) => [i % 2 === 0 ? 0.95 : 0.6, 0.5, 0.5]),
  )
  const { project } = workspace
  const order = (seed?: number, filter: ImageFilter = {}) => asked(workspace, filter, { by: 'audit', seed })
  const first = await order()
  const isSure = (id: number) => id % 2 === 1
  expect(first.slice(0, count / 2).every(isSure)).toBe(true)
  expect(first.slice(count / 2).some(isSure)).toBe(false)
  expect(await order()).toEqual(first)
  expect(await order(7)).toEqual(await order(7))
  expect(await order(7)).not.toEqual(await order(8))
  // No place is likelier than another: the mean of a hundred places in the list of a hundred is near the middle.
  const lower = first.slice(0, count / 4).filter((id) => id <= count / 2).length
  expect(lower).toBeGreaterThan(12)
  expect(lower).toBeLessThan(38)
  const decided = first.slice(0, 10)
  project.states.set(
    decided.map((imageId) => ({ imageId, labelId: 1, state: 1 as const })),
    { title: 'x' },
  )
  expect((await order()).slice(0, count / 2 - 10)).toEqual(first.slice(10, count / 2))
  expect(await order(undefined, { labels: [{ labelId: 1, is: 'suggested' }] })).toEqual(first.slice(10, count / 2))
})

test('without a model, queues that go by one are in the order of the files, and nothing has a probability', async () => {
  const workspace = await scored(newApplication(), [[0.9, 0.9, 0.9]])
  workspace.project.models.setCurrent(null)
  for (const by of ['uncertain', 'mistakes', 'audit'] as const) {
    expect(await asked(workspace, {}, { by })).toEqual([1])
  }
  expect(await asked(workspace, { probability: [{ labelId: 1, from: 0, to: 1 }] })).toEqual([])
  expect((await imageDetail(workspace, 1)).mistakes).toEqual([])
})

test('saved filters are in the project, under their names', async () => {
  const application = newApplication()
  const workspace = await scored(application, [[0.5, 0.5, 0.5]])
  const { path } = workspace.project
  const beach = {
    name: '浜辺 beach',
    filter: { text: 'beach', decided: { who: 'Anna' } },
    sort: { by: 'path' as const },
  }
  saveFilter(workspace.project, beach)
  const dogs = {
    name: 'dogs',
    filter: { labels: [{ labelId: 1, is: 'unknown' as const }], suggested: undefined },
    sort: { by: 'audit' as const, seed: 3 },
  }
  expect(saveFilter(workspace.project, dogs)).toMatchObject([{ name: 'dogs' }, beach])
  await application.close()
  const { project } = await application.open(path)
  expect(savedFilters(project)).toEqual([{ ...dogs, filter: { labels: dogs.filter.labels } }, beach])
  saveFilter(project, { ...dogs, sort: { by: 'path' } })
  expect(savedFilters(project)[0]).toMatchObject({ sort: { by: 'path' } })
  expect(() => renameFilter(project, 'dogs', beach.name)).toThrow('already')
  expect(() => removeFilter(project, 'cats')).toThrow('no saved filter')
  renameFilter(project, 'dogs', 'hounds')
  expect(removeFilter(project, beach.name).map(({ name }) => name)).toEqual(['hounds'])
})

test('a filter saved under a word of earlier versions is read, and saved with the word of today', async () => {
  const { project } = await scored(newApplication(), [[0.5, 0.5, 0.5]])
  const mine = { name: 'to check', filter: { suggested: true }, sort: { by: 'disagreeing', descending: true } }
  project.settings.set({ filters: [mine] as never })
  const today = { ...mine, sort: { by: 'mistakes' as const, descending: true } }
  expect(savedFilters(project)).toEqual([today])
  expect(saveFilter(project, savedFilters(project)[0])).toEqual([today])
  expect(project.settings.get('filters')).toEqual([today])
})
