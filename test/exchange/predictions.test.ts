import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

function petsWithSuggestions(): MemoryProject {
  const project = new MemoryProject()
  const [one, two] = [project.image('a.jpg'), project.image('sub/b.jpg')]
  const [dog, cat] = [project.label('dog'), project.label('cat')]
  project.mark(one.id, dog, 1)
  project.suggestions = [
    { image: one, labelId: cat, probability: 0.25 },
    { image: two, labelId: dog, probability: 0.875 },
  ]
  return project
}

function sameImages(): MemoryProject {
  const project = new MemoryProject()
  for (const name of ['a.jpg', 'sub/b.jpg']) project.image(name)
  return project
}

/** What a plan suggests, in the order of images and labels. */
async function suggested(plan: ImportPlan, project: MemoryProject): Promise<unknown[]> {
  await plan.apply(project)
  const { imageIds, labelIds, probabilities } = plan.suggestions()[0]
  return Array.from(imageIds, (imageId, row) =>
    Array.from(labelIds, (labelId, column) => [
      project.images.find(({ id }) => id === imageId)!.path,
      project.labels.find(({ id }) => id === labelId)!.name,
      probabilities[column * imageIds.length + row],
    ]).filter(([, , probability]) => !Number.isNaN(probability)),
  ).flat()
}

const expected = [
  ['a.jpg', 'cat', 0.25],
  ['sub/b.jpg', 'dog', 0.875],
]

test('COCO results: our own come back as suggestions, with the numbers of the file beside them', async () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'x.json')
  const coco = formatById('coco')
  const report = await coco.write!(petsWithSuggestions().source(), file, { appVersion: '0', suggestions: true })
  const fresh = sameImages()
  const plan = await ImportPlan.make('coco', await coco.read!(report.files[1], {}), fresh.target())
  expect(plan.preview).toMatchObject({ suggestions: { pairs: 2 }, states: { present: 0, absent: 0 }, rest: null })
  expect(await suggested(plan, fresh)).toEqual(expected)
  expect(fresh.told()).toEqual({})

  const apart = path.join(temporaryFolder(), 'some results.json')
  writeFileSync(apart, readFileSync(report.files[1]))
  await expect(coco.read!(apart, {})).rejects.toMatchObject({ code: 'coco-results' })
  renameSync(file, path.join(folder, 'renamed.json'))
  const named = await coco.read!(apart, { settings: { annotations: path.join(folder, 'renamed.json') } })
  expect(named.predictions.length).toBe(2)
})

test('COCO results that are wrong are listed; of several for one pair, the highest counts', async () => {
  const folder = temporaryFolder()
  const coco = formatById('coco')
  const names = { images: [{ id: 1, file_name: 'a.jpg' }], categories: [{ id: 7, name: 'dog' }], annotations: [] }
  writeFileSync(path.join(folder, 'x.json'), JSON.stringify(names))
  const results = [
    { image_id: 1, category_id: 7, score: 0.25 },
    { image_id: 1, category_id: 7, score: 0.75 },
    { image_id: 1, category_id: 7, score: 0.5 },
    { image_id: 1, category_id: 7 },
    { image_id: 1, category_id: 7, score: 1.5 },
    { image_id: 1, category_id: 7, score: '0.5' },
    { image_id: 9, category_id: 7, score: 0.5 },
    null,
    [],
  ]
  const file = path.join(folder, 'x_results.json')
  writeFileSync(file, JSON.stringify(results))
  const fresh = sameImages()
  const plan = await ImportPlan.make('coco', await coco.read!(file, {}), fresh.target())
  expect(plan.preview.problems.map(({ code, count }) => [code, count])).toEqual([
    ['result-entry', 5],
    ['image-missing', 1],
  ])
  expect(await suggested(plan, fresh)).toEqual([['a.jpg', 'dog', 0.75]])
  await expect(coco.read!(temporaryFile('x_results.json', '[]'), {})).rejects.toMatchObject({ code: 'coco-results' })
})

test('Open Images: what a machine said is a suggestion, out and in', async () => {
  const file = path.join(temporaryFolder(), 'x.csv')
  const format = formatById('open-images')
  const report = await format.write!(petsWithSuggestions().source(), file, { appVersion: '0', suggestions: true })
  expect(report.suggestions).toBe(2)
  const fresh = sameImages()
  const plan = await ImportPlan.make(format.id, await format.read!(file, {}), fresh.target())
  expect(plan.preview.suggestions).toEqual({ pairs: 2, model: 'Open Images' })
  expect((await suggested(plan, fresh)).sort()).toEqual(expected)
  expect(fresh.told()).toEqual({ 'a.jpg': { dog: 'present' } })
})
