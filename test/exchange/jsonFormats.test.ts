import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

function withImages(...names: string[]): MemoryProject {
  const project = new MemoryProject()
  for (const name of names) project.image(name)
  return project
}

async function planOf(
  format: string,
  content: unknown,
  project: MemoryProject,
  settings: Record<string, string> = {},
): Promise<ImportPlan> {
  const file = temporaryFile('x.json', typeof content === 'string' ? content : JSON.stringify(content))
  if (typeof content !== 'string') expect((await formatOf(file)).id).toBe(format)
  return ImportPlan.make(format, await formatById(format).read!(file, { settings }), project.target())
}

const codes = (plan: ImportPlan) => plan.preview.problems.map(({ code, count }) => [code, count])

/** A small project with marks of all kinds and suggestions. */
function pets(): MemoryProject {
  const project = withImages('sub/a b.jpg', 'c.png')
  const [dog, cat] = [project.label('dog'), project.label('cat')]
  project.mark(1, dog, 1, { annotator: 'anna@x.example', decidedAt: Date.UTC(2026, 10, 23) })
  project.mark(1, cat, -1, { decidedAt: 0 })
  project.suggestions = [{ image: project.images[1], labelId: dog, probability: 0.875 }]
  return project
}

const choices = (control: string, ...names: string[]) => ({
  ...{ from_name: control, to_name: 'image', type: 'choices' },
  value: { choices: names },
})

describe('Label Studio', () => {
  const tasks = [
    {
      id: 1,
      data: { image: '/data/upload/3/1a2b3c4d-a.jpg', text: 'x' },
      annotations: [
        { completed_by: 7, was_cancelled: false, result: [choices('tag', 'dog', 'cat'), choices('absent', 'bird')] },
        { completed_by: { email: 'b@x.example' }, was_cancelled: true, result: [choices('tag', 'fish')] },
      ],
      predictions: [
        { model_version: 'v1', score: 0.25, result: [choices('tag', 'fish')] },
        { result: [{ ...choices('tag', 'cow'), score: 0.5 }, choices('absent', 'hen')] },
        { score: 7, result: [choices('tag', 'x')] },
      ],
    },
    {
      data: { image: '/data/local-files/?d=set/sub/b%20c.jpg' },
      annotations: [
        { result: [{ from_name: 'box', type: 'rectanglelabels', value: { x: 1, rectanglelabels: ['dog'] } }] },
      ],
    },
    {
      data: { image: 's3://bucket/deep/d.jpg' },
      annotations: [
        {
          result: [
            { from_name: 'tax', type: 'taxonomy', value: { taxonomy: [['animal', 'dog']] } },
            { from_name: 'note', type: 'textarea', value: { text: ['x'] } },
          ],
        },
      ],
    },
    { data: {}, annotations: [] },
    null,
  ]

  test('tasks: choices, regions, several annotations; predictions are suggestions', async () => {
    const project = withImages('a.jpg', 'sub/b c.jpg', 'deep/d.jpg')
    const plan = await planOf('label-studio', tasks, project, { labels: 'tag,box,tax' })
    expect(codes(plan)).toEqual([
      ['score-missing', 1],
      ['score', 1],
      ['task-skipped', 1],
      ['task-entry', 2],
      ['answer-other', 1],
    ])
    expect(plan.preview).toMatchObject({
      rest: null,
      suggestions: { pairs: 3, model: 'v1, Label Studio' },
      images: { matched: 3, by: { path: 3 } },
    })
    await plan.apply(project)
    expect(project.told()).toEqual({
      'a.jpg': { dog: 'present', cat: 'present', bird: 'absent' },
      'sub/b c.jpg': { dog: 'present' },
      'deep/d.jpg': { dog: 'present' },
    })
    expect(project.statesOf(1).map(({ annotator }) => annotator)).toEqual(['7', '7', '7'])
    const nameOf = (id: number) => project.labels.find((label) => label.id === id)!.name
    const told = plan
      .suggestions()
      .map(({ model, labelIds, probabilities }) => [
        model,
        Object.fromEntries(Array.from(labelIds, (id, i) => [nameOf(id), probabilities[i]])),
      ])
    expect(told).toEqual([
      ['v1', { fish: 0.25 }],
      ['Label Studio', { cow: 0.5, hen: expect.closeTo(0.1, 5) }],
    ])
  })

  test('JSON-MIN, and controls of another name', async () => {
    const project = withImages('a.jpg', 'b.jpg')
    const min = [
      { image: '/data/upload/1a2b3c4d-a.jpg', id: 1, tag: { choices: ['dog', 'cat'] }, missing: 'bird', annotator: 3 },
      { image: 'b.jpg', tag: 'dog' },
    ]
    const plan = await planOf('label-studio', JSON.stringify(min), project, { absent: 'missing' })
    await plan.apply(project)
    expect(project.told()).toEqual({
      'a.jpg': { dog: 'present', cat: 'present', bird: 'absent' },
      'b.jpg': { dog: 'present' },
    })
    await expect(planOf('label-studio', JSON.stringify(min), project, { score: 'x' })).rejects.toMatchObject({
      code: 'setting-value',
    })
  })

  test('a task that nobody has annotated says nothing, not even where the rest is absent', async () => {
    const project = withImages('a.jpg', 'b.jpg', 'c.jpg')
    const predictions = [{ score: 0.5, result: [choices('tag', 'cat')] }]
    const plan = await planOf(
      'label-studio',
      [
        { data: { image: 'a.jpg' }, annotations: [{ result: [choices('tag', 'dog')] }] },
        { data: { image: 'b.jpg' }, annotations: [], predictions },
        { data: { image: 'c.jpg' }, annotations: [{ result: [] }], predictions },
      ],
      project,
    )
    expect(plan.preview.rest).toBe(3)
    await plan.apply(project, { rest: 'absent' })
    expect(project.told()).toEqual({
      'a.jpg': { dog: 'present', cat: 'absent' },
      'c.jpg': { dog: 'absent', cat: 'absent' },
    })
  })

  test('is written with the configuration that it needs', async () => {
    const file = path.join(temporaryFolder(), 'x.json')
    const report = await formatById('label-studio').write!(pets().source(), file, {
      appVersion: '0',
      suggestions: true,
    })
    const config = readFileSync(report.files[1], 'utf8')
    expect(config).toContain('<Choices name="absent" toName="image" choice="multiple">')
    expect(config.match(/<Choice value="dog"\/>/g)).toHaveLength(2)
    const [first, second] = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[]
    expect(first).toMatchObject({
      data: { image: '/data/local-files/?d=photos/sub/a%20b.jpg' },
      annotations: [{ created_at: '2026-11-23T00:00:00.000Z' }],
      predictions: [],
    })
    expect(second).toMatchObject({
      annotations: [],
      predictions: [
        {
          ...{ model_version: 'surmise', score: 0.875 },
          result: [{ ...choices('present', 'dog'), score: 0.875, meta: { scores: { dog: 0.875 } } }],
        },
      ],
    })
    const fresh = withImages('sub/a b.jpg', 'c.png')
    const plan = await ImportPlan.make('x', await formatById('label-studio').read!(file, {}), fresh.target())
    expect(plan.preview).toMatchObject({
      suggestions: { pairs: 1, model: 'surmise' },
      states: { present: 1, absent: 1 },
    })
  })

  test('users are named only where somebody says so: a server refuses those it lacks', async () => {
    const project = pets()
    project.mark(2, project.labels[0].id, 1, { annotator: 'Ben', decidedAt: 1 })
    project.mark(2, project.labels[1].id, -1, { annotator: 'anna@x.example', decidedAt: 2 })
    const written = async (settings: Record<string, string>) => {
      const file = path.join(temporaryFolder(), 'x.json')
      const report = await formatById('label-studio').write!(project.source(), file, { appVersion: '0', settings })
      const tasks = JSON.parse(readFileSync(file, 'utf8')) as { annotations: Record<string, unknown>[] }[]
      const told = tasks.map(({ annotations }) => annotations.map(({ completed_by, result }) => [completed_by, result]))
      return { told, warnings: report.warnings.map(({ code, count, examples }) => [code, count, examples]) }
    }
    const nobody = await written({})
    expect(nobody.told).toEqual([
      [[undefined, [choices('present', 'dog'), choices('absent', 'cat')]]],
      [[undefined, [choices('present', 'dog'), choices('absent', 'cat')]]],
    ])
    expect(nobody.warnings).toEqual([['annotator-unsaid', 3, ['anna@x.example', 'Ben', 'anna@x.example']]])
    const both = await written({ users: 'anna@x.example, Ben = ben@x.example' })
    expect(both.told).toEqual([
      [
        [{ email: 'anna@x.example' }, [choices('present', 'dog')]],
        [undefined, [choices('absent', 'cat')]],
      ],
      [
        [{ email: 'ben@x.example' }, [choices('present', 'dog')]],
        [{ email: 'anna@x.example' }, [choices('absent', 'cat')]],
      ],
    ])
    expect(both.warnings).toEqual([])
    for (const users of ['Ben', 'x=', '=a@x.example', 'a@b@c']) {
      await expect(written({ users })).rejects.toMatchObject({ code: 'setting-value' })
    }
  })

  test('suggestions are one prediction for each image, with all that is likely', async () => {
    const project = withImages('a.jpg', 'b.jpg')
    const probabilities: Record<string, number> = { dog: 0.5, cat: 0.9, sofa: 0.023, hen: 0.499 }
    for (const name of Object.keys(probabilities)) project.label(name)
    project.suggestions = project.labels.map(({ id, name }) => ({
      ...{ image: project.images[0], labelId: id, probability: probabilities[name] },
    }))
    project.suggestions.push({ image: project.images[1], labelId: 1, probability: 0.1 })
    const written = async (settings: Record<string, string>) => {
      const file = path.join(temporaryFolder(), 'x.json')
      const options = { appVersion: '0', suggestions: true, settings }
      const report = await formatById('label-studio').write!(project.source(), file, options)
      return { file, suggestions: report.suggestions, tasks: JSON.parse(readFileSync(file, 'utf8')) }
    }
    const usual = await written({})
    expect(usual.suggestions).toBe(2)
    expect(usual.tasks.map(({ predictions }: { predictions: unknown }) => predictions)).toEqual([
      [
        {
          ...{ model_version: 'surmise', score: 0.7 },
          result: [{ ...choices('present', 'cat', 'dog'), score: 0.7, meta: { scores: { cat: 0.9, dog: 0.5 } } }],
        },
      ],
      [],
    ])
    // Each comes back with its own probability.
    const fresh = withImages('a.jpg', 'b.jpg')
    const plan = await ImportPlan.make('x', await formatById('label-studio').read!(usual.file, {}), fresh.target())
    await plan.apply(fresh)
    expect([...plan.suggestions()[0].probabilities].map((p) => p.toFixed(2)).sort()).toEqual(['0.50', '0.90'])
    expect((await written({ cutoff: '0.02' })).suggestions).toBe(5)
    for (const cutoff of ['', 'x', '1.5']) {
      await expect(written({ cutoff })).rejects.toMatchObject({ code: 'setting-value' })
    }
  })

  test.each(['{}', '3', '[]', '[{"data": {"image": 5}}]', '{"data": {"image": "a.jpg"}}'])(
    '%s is a sentence',
    async (text) => {
      await expect(planOf('label-studio', text, withImages('a.jpg'))).rejects.toMatchObject({
        code: 'not-label-studio',
      })
    },
  )
})

describe('Datumaro', () => {
  const categories = { label: { labels: [{ name: 'dog', parent: '' }, { name: 'cat' }, {}] } }

  test('items by their paths or ids; annotations of any kind; the rest is asked', async () => {
    const items = [
      {
        id: 'a',
        annotations: [
          { type: 'label', label_id: 0 },
          { type: 'bbox', label_id: 1 },
        ],
        image: { path: 'a.jpg' },
      },
      {
        id: 'sub/b',
        annotations: [{ type: 'caption', caption: 'x' }, { type: 'label', label_id: 9 }, { label_id: -1 }],
      },
      { annotations: [] },
    ]
    const project = withImages('a.jpg', 'sub/b.png')
    const plan = await planOf(
      'datumaro',
      { dm_format_version: '1.0', media_type: 2, infos: {}, categories, items },
      project,
    )
    expect(codes(plan)).toEqual([
      ['category-entry', 1],
      ['captions', 1],
      ['annotation-entry', 1],
      ['item-entry', 1],
      ['label-missing', 1],
    ])
    expect(plan.preview).toMatchObject({ rest: 0, images: { by: { path: 2 } } })
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present', cat: 'present' } })
  })

  test('a folder of several parts, whose numbers are their own', async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'annotations'))
    const part = (name: string, labels: string[], image: string) =>
      writeFileSync(
        path.join(folder, 'annotations', name),
        JSON.stringify({
          categories: { label: { labels: labels.map((label) => ({ name: label })) } },
          items: [{ id: image, annotations: [{ type: 'label', label_id: 0 }] }],
        }),
      )
    part('train.json', ['dog', 'cat'], 'a')
    part('val.json', ['cat', 'dog'], 'b')
    const project = withImages('a.jpg', 'b.jpg')
    const plan = await ImportPlan.make('x', await formatById('datumaro').read!(folder, {}), project.target())
    expect(plan.preview.problems).toEqual([])
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present' }, 'b.jpg': { cat: 'present' } })
  })

  test('is written with the fields that its reader looks for', async () => {
    const file = path.join(temporaryFolder(), 'x.json')
    await formatById('datumaro').write!(pets().source(), file, { appVersion: '0' })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      dm_format_version: '1.0',
      categories: { label: { labels: [{ name: 'dog', parent: '', attributes: [] }, { name: 'cat' }] } },
      items: [
        {
          id: 'sub/a b',
          annotations: [{ id: 0, type: 'label', label_id: 0, group: 0, attributes: {} }],
          attr: { absent_label_ids: [1] },
          image: { path: 'sub/a b.jpg', size: [480, 640] },
        },
        { id: 'c', annotations: [] },
      ],
    })
  })

  test.each(['{}', '[]', '{"items": 3}', '{"items": [], "categories": []}'])('%s is a sentence', async (text) => {
    await expect(planOf('datumaro', text, withImages())).rejects.toMatchObject({ code: 'not-datumaro' })
  })
})

describe('FiftyOne', () => {
  test('classes by number or by name, one or several, told before or after', async () => {
    const project = withImages('a.jpg', 'sub/b.c.jpg', 'd.jpg')
    const labels = { a: [0, 2], 'sub/b.c': { label: 1, confidence: 0.5 }, d: null, __proto__x: 'bird', z: {} }
    const plan = await planOf('fiftyone', { labels, classes: ['dog', 'cat', 'bird', 5] }, project)
    expect(plan.preview).toMatchObject({ rest: 3, images: { matched: 3, unmatchedPaths: ['__proto__x', 'z'] } })
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present', bird: 'present' }, 'sub/b.c.jpg': { cat: 'present' } })
    await expect(planOf('fiftyone', '{"other": 1}', project)).rejects.toMatchObject({ code: 'not-fiftyone' })
    await expect(planOf('fiftyone', '{"labels": []}', project)).rejects.toMatchObject({ code: 'not-fiftyone' })
  })

  test('is laid out as its importer wants it: each name of labels.json is that of one image in data/', async () => {
    const project = withImages('sub/a.jpg', 'b.png', 'b.jpg')
    project.mark(1, project.label('dog'), 1)
    project.mark(2, project.label('cat'), 1)
    project.mark(3, 5, 1)
    const folder = path.join(temporaryFolder(), 'out')
    const placeImage = async (_: unknown, destination: string) => {
      mkdirSync(path.dirname(destination), { recursive: true })
      writeFileSync(destination, '')
    }
    await formatById('fiftyone').write!(project.source(), folder, { appVersion: '0', placeImage })
    const { classes, labels } = JSON.parse(readFileSync(path.join(folder, 'labels.json'), 'utf8'))
    expect({ classes, labels }).toEqual({
      classes: ['dog', 'cat'],
      labels: { 'sub/a': [0], 'b.png': [1], 'b.jpg': [0] },
    })
    const files = ['sub/a.jpg', 'b.png.png', 'b.jpg.jpg'].map((name) => existsSync(path.join(folder, 'data', name)))
    expect(files).toEqual([true, true, true])
  })
})

test('Hugging Face: a line of metadata for each image, with what is present and what is absent', async () => {
  const folder = path.join(temporaryFolder(), 'out')
  const placed: string[] = []
  const placeImage = async (_: unknown, destination: string) => {
    placed.push(path.basename(destination))
  }
  await formatById('huggingface').write!(pets().source(), folder, { appVersion: '0', placeImage })
  const lines = readFileSync(path.join(folder, 'metadata.jsonl'), 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { file_name: 'sub/a b.jpg', labels: ['dog'], absent: ['cat'] },
    { file_name: 'c.png', labels: [], absent: [] },
  ])
  expect(placed).toEqual(['a b.jpg', 'c.png'])
  expect(readFileSync(path.join(folder, 'README.md'), 'utf8')).toContain('- dog\n- cat\n')
})
