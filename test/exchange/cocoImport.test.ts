import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeCoco } from '../../src/main/exchange/formats/coco/export.ts'
import { readCoco } from '../../src/main/exchange/formats/coco/import.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { planOf, withImages } from './cocoProject.ts'
import { expectCocoRules } from './cocoRules.ts'
import { temporaryFolder } from './folder.ts'

const pets = {
  images: [
    { id: 10, file_name: 'a.jpg' },
    { id: 20, file_name: 'sub/b.jpg' },
  ],
  categories: [
    { id: 7, name: 'dog' },
    { id: 3, name: 'cat' },
    { id: 5, name: 'cow' },
  ],
  annotations: [
    { id: 1, image_id: 10, category_id: 7, bbox: [1, 2, 3, 4], iscrowd: 0 },
    { id: 2, image_id: 10, category_id: 7, bbox: [5, 6, 7, 8], iscrowd: 0 },
    { id: 3, image_id: 10, category_id: 3, segmentation: { counts: [1, 2], size: [3, 4] }, iscrowd: 1 },
    { id: 4, image_id: 20, category_id: 5 },
  ],
}

describe('a COCO file of boxes', () => {
  test('says what is present; the rest stays unknown', async () => {
    const project = withImages('a.jpg', 'sub/b.jpg', 'c.jpg')
    const plan = await planOf(pets, project)
    expect(plan.preview).toMatchObject({
      ours: false,
      images: { inFile: 2, matched: 2, unmatched: 0, by: { path: 2 } },
      states: { present: 3, absent: 0, fresh: 3, same: 0, conflicting: 0 },
      rest: 3,
      problems: [],
    })
    expect(plan.preview.labels.map(({ name, known, present }) => [name, known, present])).toEqual([
      ['dog', false, 1],
      ['cat', false, 1],
      ['cow', false, 1],
    ])
    expect(await plan.apply(project)).toBe(3)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present', cat: 'present' }, 'sub/b.jpg': { cow: 'present' } })
    expect(project.statesOf(1)[0]).toMatchObject({
      source: 'import',
      decidedAt: project.now,
      annotator: null,
      modelId: null,
    })
    expect(project.labels.map(({ name }) => name)).toEqual(['dog', 'cat', 'cow'])
  })

  test('says what is absent too, if the user says that its labels are complete', async () => {
    const project = withImages('a.jpg', 'sub/b.jpg', 'c.jpg')
    const cat = project.label('cat')
    const horse = project.label('horse')
    project.mark(2, cat, 1)
    const plan = await planOf(pets, project)
    expect(plan.preview.rest).toBe(2)
    await plan.apply(project, { rest: 'absent' })
    // What the project knows stays; images and labels that the file doesn't speak of stay unknown.
    expect(project.told()).toEqual({
      'a.jpg': { dog: 'present', cat: 'present', cow: 'absent' },
      'sub/b.jpg': { dog: 'absent', cat: 'present', cow: 'present' },
    })
    expect(project.stateOf(1, horse)).toBe(0)
  })

  test('keeps or replaces what the project knows otherwise', async () => {
    const marked = () => {
      const project = withImages('a.jpg', 'sub/b.jpg')
      project.mark(1, project.label('Dog'), -1)
      project.mark(1, project.label('cat'), 1)
      return project
    }
    for (const [conflicts, state, count] of [
      ['keep', -1, 1],
      ['replace', 1, 2],
    ] as const) {
      const project = marked()
      const plan = await planOf(pets, project)
      expect(plan.preview.states).toMatchObject({ fresh: 1, same: 1, conflicting: 1 })
      expect(plan.preview.labels[0]).toMatchObject({ name: 'Dog', known: true })
      expect(await plan.apply(project, { conflicts })).toBe(count)
      expect(project.statesOf(1).map((one) => one.state)).toContain(state)
      expect(project.labels.map(({ name }) => name)).toEqual(['Dog', 'cat', 'cow'])
    }
  })

  test('may have its sections in any order, and ids that are texts', async () => {
    const project = withImages('a.jpg', 'sub/b.jpg')
    const { images, categories, annotations } = pets
    const plan = await planOf(
      {
        annotations: annotations.map((one) => ({ ...one, image_id: `i${one.image_id}` })),
        categories,
        extra: { images: [1, 2, 3] },
        images: images.map((one) => ({ ...one, id: `i${one.id}` })),
      },
      project,
    )
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present', cat: 'present' }, 'sub/b.jpg': { cow: 'present' } })
  })

  test('lists what is wrong with it, and takes the rest', async () => {
    const project = withImages('a.jpg', 'sub/b.jpg')
    const { images, categories, annotations } = pets
    const plan = await planOf(
      {
        images: [
          ...images,
          { id: 10, file_name: 'a.jpg' },
          { id: 30 },
          null,
          'x',
          { file_name: 'no id.jpg' },
          { id: 40, file_name: 'a.jpg' },
        ],
        categories: [
          ...categories,
          { id: 7, name: 'dog' },
          { id: 8 },
          { id: 9, name: 'DOG' },
          { id: 11, name: ' ' },
          { id: 12, name: 'a\nb' },
        ],
        annotations: [
          ...annotations,
          { id: 5, image_id: 99, category_id: 7 },
          { id: 6, image_id: 20, category_id: 99 },
          { id: 7, image_id: 20 },
          { id: 8, image_id: 20, caption: 'a cow' },
          { id: 9, image_id: 20, category_id: 9 },
          { id: 10, image_id: 20, category_id: 11 },
          { id: 11, image_id: 40, category_id: 5 },
          null,
          [],
        ],
      },
      project,
    )
    const problems = Object.fromEntries(plan.preview.problems.map(({ code, count }) => [code, count]))
    expect(problems).toEqual({
      'image-id-twice': 1,
      'image-entry': 4,
      'category-id-twice': 1,
      'category-entry': 1,
      'annotation-entry': 3,
      captions: 1,
      'image-missing': 1,
      'label-missing': 1,
      'label-name': 2,
      'label-twice': 1,
      'image-twice': 1,
    })
    for (const { message, examples } of plan.preview.problems)
      expect([message.length > 20, examples.length > 0]).toEqual([true, true])
    await plan.apply(project)
    expect(project.told()).toEqual({
      'a.jpg': { dog: 'present', cat: 'present', cow: 'present' },
      'sub/b.jpg': { cow: 'present', dog: 'present' },
    })
  })

  test('without annotations says nothing, and says that', async () => {
    const plan = await planOf({ images: pets.images, categories: pets.categories }, withImages('a.jpg'))
    expect(plan.preview.problems).toMatchObject([{ code: 'no-annotations' }])
    expect(plan.preview.images).toMatchObject({ unmatched: 1, unmatchedPaths: ['sub/b.jpg'] })
  })

  test.each([
    ['{}', 'neither'],
    ['3', 'no images'],
    ['{"images": [{"id": 1, "file_name": "a"}]}', 'no categories'],
    ['{"categories": [{"id": 1, "name": "a"}], "images": []}', 'no images'],
    ['{"images": {}, "categories": []}', '“images” is not a list'],
    ['{"images": [], "categories": 5}', '“categories” is not a list'],
    ['{"annotations": null}', '“annotations” is not a list'],
  ])('%s is not COCO with labels', async (text, reason) => {
    await expect(planOf(text, withImages('a.jpg'))).rejects.toMatchObject({
      code: 'not-coco',
      message: expect.stringContaining(reason),
    })
  })

  test('with keys that are traps', async () => {
    const text = `{"images": [{"id": 1, "file_name": "a.jpg", "__proto__": {"file_name": "x"}}],
      "categories": [{"id": 1, "name": "__proto__"}, {"id": 2, "name": "constructor"}],
      "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "__proto__": {"iscrowd": 1}}], "__proto__": {"ours": true}}`
    const project = withImages('a.jpg')
    const plan = await planOf(text, project)
    await plan.apply(project)
    expect(project.labels.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
    expect(project.statesOf(1)).toHaveLength(1)
    expect(({} as { ours?: boolean }).ours).toBeUndefined()
  })
})

describe('LVIS', () => {
  const lvis = {
    images: [
      {
        id: 1,
        coco_url: 'http://images.cocodataset.org/train2017/0001.jpg',
        neg_category_ids: [2, 3],
        not_exhaustive_category_ids: [1],
      },
      {
        id: 2,
        coco_url: 'http://images.cocodataset.org/train2017/0002.jpg',
        neg_category_ids: [1, 'x', null],
        not_exhaustive_category_ids: [3],
      },
    ],
    categories: [1, 2, 3, 4].map((id) => ({ id, name: `thing_${id}`, synonyms: [], frequency: 'c' })),
    annotations: [
      { id: 1, image_id: 1, category_id: 1 },
      { id: 2, image_id: 2, category_id: 1 },
    ],
  }

  test('has verified negatives; the rest is unknown, and not asked for', async () => {
    const project = withImages('train2017/0001.jpg', 'other/0002.jpg')
    const plan = await planOf(lvis, project)
    expect(plan.preview).toMatchObject({ rest: null, images: { by: { path: 1, name: 1 } } })
    // Said to be both: neither.
    expect(plan.preview.problems).toMatchObject([
      { code: 'negative-entry', count: 1 },
      { code: 'label-missing', examples: ['label x'] },
      { code: 'contradictory', examples: [expect.stringContaining('thing_1')] },
    ])
    await expect(plan.apply(project, { rest: 'absent' })).rejects.toMatchObject({ code: 'rest-not-asked' })
    await plan.apply(project)
    expect(project.told()).toEqual({
      'train2017/0001.jpg': { thing_1: 'present', thing_2: 'absent', thing_3: 'absent' },
    })
  })

  test('what it leaves open stays so, even if the rest is absent', async () => {
    const project = withImages('train2017/0002.jpg')
    const plan = await planOf({ ...lvis, images: [{ ...lvis.images[1], neg_category_ids: [] }] }, project)
    await plan.apply(project, { rest: 'absent' })
    expect(project.told()).toEqual({
      'train2017/0002.jpg': { thing_1: 'present', thing_2: 'absent', thing_4: 'absent' },
    })
  })
})

describeWithShared('a real detection file of COCO', ['data/coco-mini/instances_val.json'], () => {
  const file = sharedPath('data/coco-mini/instances_val.json')
  interface Truth {
    images: { id: number; file_name: string }[]
    annotations: { image_id: number; category_id: number }[]
    categories: { id: number; name: string }[]
  }
  const truth = JSON.parse(readFileSync(file, 'utf8')) as Truth
  const pathOf = new Map(truth.images.map((image) => [image.id, image.file_name]))
  const nameOf = new Map(truth.categories.map((category) => [category.id, category.name]))

  async function imported(rest: 'unknown' | 'absent') {
    const project = withImages(...truth.images.map((image) => `images/${image.file_name}`))
    const plan = await ImportPlan.make('coco', await readCoco(file), project.target())
    await plan.apply(project, { rest })
    return { project, plan }
  }

  test('its boxes say what is present', async () => {
    const { project, plan } = await imported('unknown')
    const expected: Record<string, Record<string, string>> = {}
    for (const { image_id, category_id } of truth.annotations) {
      const image = `images/${pathOf.get(image_id)}`
      expected[image] ??= {}
      expected[image][nameOf.get(category_id)!] = 'present'
    }
    expect(project.told()).toEqual(expected)
    const pairs = Object.values(expected).reduce((sum, labels) => sum + Object.keys(labels).length, 0)
    expect(plan.preview).toMatchObject({
      images: { inFile: 79, matched: 79, unmatched: 0 },
      states: { present: pairs, absent: 0, fresh: pairs },
      rest: 79 * 80 - pairs,
      problems: [],
    })
    expect(plan.preview.labels).toHaveLength(80)
    expect(project.labels.map(({ name }) => name)).toEqual(truth.categories.map(({ name }) => name))
  })

  test('and with complete labels, everything else is absent', async () => {
    const { project } = await imported('absent')
    const told = project.told()
    expect(Object.keys(told)).toHaveLength(79)
    for (const { id, file_name } of truth.images) {
      const present = new Set(
        truth.annotations.filter((one) => one.image_id === id).map((one) => nameOf.get(one.category_id)),
      )
      const expected = Object.fromEntries(
        truth.categories.map(({ name }) => [name, present.has(name) ? 'present' : 'absent']),
      )
      expect(told[`images/${file_name}`]).toEqual(expected)
    }
  })

  test('goes out by the rules, and comes back the same', async () => {
    const { project } = await imported('absent')
    const out = path.join(temporaryFolder(), 'x.json')
    await writeCoco(project.source(), out, { appVersion: '0' })
    expectCocoRules(readFileSync(out, 'utf8'))
    const fresh = withImages(...project.images.map((image) => image.path))
    await (await ImportPlan.make('coco', await readCoco(out), fresh.target())).apply(fresh)
    expect(fresh.told()).toEqual(project.told())
  })
})
