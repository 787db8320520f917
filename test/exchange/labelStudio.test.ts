import { cpSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import { pathsOf } from '../../src/main/exchange/formats/labelStudio/addresses.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

/* Files that a server of Label Studio wrote: what is right for each. */

const peers = path.join(import.meta.dirname, 'peers/label-studio')

function photos(...more: string[]): MemoryProject {
  const project = new MemoryProject()
  const numbers = ['0063', '0175', '0332', '0392', '0464', '0491', '0504', '0528', '0549', '0676', '0720', '0783']
  for (const name of [...numbers, '0799', '0836'].map((number) => `2007_00${number}.jpg`)) project.image(name)
  for (const name of more) project.image(name)
  return project
}

async function planOf(file: string, settings: Record<string, string> = {}, project = photos()) {
  const format = await formatOf(file)
  const plan = await ImportPlan.make(format.id, await format.read!(file, { settings }), project.target())
  return { format: format.id, plan, project }
}

const written = (name: string) => path.join(peers, name)
const of = (plan: ImportPlan) => Object.fromEntries(plan.preview.problems.map((one) => [one.code, one.examples]))

/** What the two annotators of the project said with its controls `present` and `absent`. */
const marks = {
  '2007_000063.jpg': { dog: 'present', cat: 'present', cow: 'absent' },
  // One says cat, the other says no cat: nobody is believed.
  '2007_000392.jpg': { dog: 'present' },
  '2007_000504.jpg': { person: 'present' },
  '2007_000676.jpg': { dog: 'present', cat: 'present' },
  '2007_000799.jpg': { sofa: 'present' },
  // The other's bottle was skipped.
  '2007_000836.jpg': { chair: 'present' },
}

describe('one project, as', () => {
  test('JSON: marks, who and when; no skipped ones, no drafts; everything else is counted', async () => {
    const { format, plan, project } = await planOf(written('json-all.json'))
    expect(format).toBe('label-studio')
    expect(plan.preview).toMatchObject({ rest: null, suggestions: null, images: { matched: 14, unmatched: 0 } })
    expect(of(plan)).toEqual({
      contradictory: ['656f6887-2007_000392.jpg: cat'],
      'task-skipped': ['1a1b8db9-2007_000332.jpg', 'fd055cf4-2007_000836.jpg'],
      'task-draft': ['0e2078ee-2007_000464.jpg'],
      'prediction-number': ['0a8246e9-2007_000491.jpg'],
      'answer-other': [
        ...['quality (choices): 2', 'rating (rating): 1', 'note (textarea): 1', 'count (number): 1'],
        ...['box (rectanglelabels): 1', 'pose (choices): 1', 'tax (taxonomy): 1'],
      ],
    })
    await plan.apply(project)
    expect(project.told()).toEqual(marks)
    const chair = project.statesOf(14)[0]
    expect(chair).toMatchObject({ annotator: '2', decidedAt: Date.parse('2026-11-30T09:14:56.791Z') })
  })

  test.each([
    ['JSON-MIN', 'json-min.json', 'label-studio'],
    ['CSV', 'ls-export.csv', 'label-studio-csv'],
  ])('%s: the same marks', async (_, name, id) => {
    const { format, plan, project } = await planOf(written(name))
    expect(format).toBe(id)
    expect(Object.keys(of(plan))).toEqual(['answer-other', 'contradictory'].sort())
    await plan.apply(project)
    expect(project.told()).toEqual(marks)
    expect(project.statesOf(14)[0]).toMatchObject({
      ...{ annotator: '2', source: 'import' },
      decidedAt: Date.parse('2026-11-30T09:14:56.791Z'),
    })
  })

  test('TSV', async () => {
    const text =
      'annotation_id\tannotator\tid\timage\tlead_time\tpresent\n1\t1\t1\t/data/upload/1/01234567-2007_000063.jpg\t\tdog\n'
    const { format, plan, project } = await planOf(temporaryFile('x.tsv', text))
    expect(format).toBe('label-studio-csv')
    await plan.apply(project)
    expect(project.told()).toEqual({ '2007_000063.jpg': { dog: 'present' } })
  })

  test('other controls, where somebody names them', async () => {
    const { plan, project } = await planOf(written('json-all.json'), { labels: 'box, tax,pose' })
    await plan.apply(project)
    expect(project.told()).toEqual({
      '2007_000063.jpg': { cow: 'absent' },
      '2007_000392.jpg': { cat: 'absent' },
      '2007_000528.jpg': { dog: 'present', sitting: 'present' },
      '2007_000549.jpg': { dog: 'present', car: 'present' },
    })
    await expect(planOf(written('json-all.json'), { labels: 'boxes' })).rejects.toMatchObject({
      code: 'setting-value',
      hint: 'It has: present, absent, quality, rating, note, count, box, pose, tax.',
    })
  })
})

describe('a caption beside the image', () => {
  test('JSON: two controls are asked about; the caption is no image', async () => {
    const file = written('json-caption-before-image.json')
    await expect(planOf(file)).rejects.toMatchObject({
      code: 'label-studio-controls',
      message: expect.stringContaining('animals (dog, cat); things (chair)'),
    })
    const { plan, project } = await planOf(file, { labels: 'animals' })
    expect(of(plan)['answer-other']).toEqual(['things (choices): 1'])
    await plan.apply(project)
    expect(project.told()).toEqual({ '2007_000063.jpg': { dog: 'present', cat: 'present' } })
  })

  test('two annotators who differ: unknown as soon as the rest is absent', async () => {
    const { plan, project } = await planOf(written('json-caption-before-image.json'), { labels: 'animals,things' })
    expect(of(plan)['annotators-differ']).toEqual(['photos/2007_000063.jpg: chair', 'photos/2007_000063.jpg: cat'])
    project.label('horse')
    await plan.apply(project, { rest: 'absent' })
    expect(project.told()).toEqual({ '2007_000063.jpg': { dog: 'present' } })
  })

  test('JSON-MIN: neither caption nor address is a label', async () => {
    const { plan, project } = await planOf(written('json-min-caption-photo.json'))
    await plan.apply(project)
    expect(project.told()).toEqual({ '2007_000063.jpg': { dog: 'present', cat: 'present' } })
    expect(project.labels.map(({ name }) => name)).toEqual(['dog', 'cat'])
  })
})

const task = (data: unknown, ...results: unknown[][]) => ({
  data,
  annotations: results.map((result, at) => ({ completed_by: at + 1, result })),
})
const choose = (control: string, ...choices: string[]) => ({
  ...{ from_name: control, to_name: 'image', type: 'choices' },
  value: { choices },
})

test('the configuration beside the file says where the image is, what aliases mean, and what is about a region', async () => {
  const file = path.join(temporaryFolder(), 'x.json')
  const data = { other: '/data/upload/1/00000000-2007_000063.jpg', shown: '2007_000175.jpg', words: 'x' }
  const result = [choose('animals', 'd'), choose('pose', 'sitting'), choose('mood', 'good')]
  writeFileSync(file, JSON.stringify([task(data, result)]))
  const config = `<View><Image name="img" value="$shown"/><Text name="t" value="$words"/>
    <Choices name="animals" toName="img"><Choice value="Dog" alias="d"/><Choice value="Cat" alias="c"/></Choices>
    <Choices name="pose" toName="img" perRegion="true"><Choice value="sitting"/></Choices>
    <Choices name="mood" toName="t"><Choice value="good"/></Choices></View>`
  writeFileSync(file.replace('.json', '-config.xml'), config)
  const { plan, project } = await planOf(file)
  await plan.apply(project)
  expect(project.told()).toEqual({ '2007_000175.jpg': { Dog: 'present' } })
  expect(of(plan)['answer-other']).toEqual(['pose (choices): 1', 'mood (choices): 1'])
})

test('two models stay two, each with its own scores', async () => {
  const predictions = [
    { model_version: 'v1', score: 0.9, result: [choose('x', 'dog', 'cat')] },
    { model_version: 'v2', score: 0.5, result: [{ ...choose('x', 'dog'), meta: { scores: { dog: 0.25 } } }] },
  ]
  const { plan, project } = await planOf(
    temporaryFile('x.json', JSON.stringify([{ data: { image: '2007_000063.jpg' }, annotations: [], predictions }])),
  )
  expect(plan.preview.suggestions).toEqual({ pairs: 3, model: 'v1, v2' })
  await plan.apply(project)
  const told = plan
    .suggestions()
    .map(({ model, probabilities }) => [model, [...probabilities].map((p) => +p.toFixed(3))])
  expect(told).toEqual([
    ['v1', [0.9, 0.9]],
    ['v2', [0.25]],
  ])
})

test('one image that was uploaded twice, or two of one name, are nobody’s', async () => {
  const tasks = ['aaaaaaaa', 'bbbbbbbb'].map((mark, at) =>
    task({ image: `/data/upload/1/${mark}-2007_000063.jpg` }, [choose('x', at === 0 ? 'dog' : 'cat')]),
  )
  const { plan } = await planOf(temporaryFile('x.json', JSON.stringify(tasks)))
  expect(plan.preview.images.matched).toBe(0)
  expect(of(plan)['image-ambiguous']).toHaveLength(2)
})

test('an annotation with two boxes of one label says it once', async () => {
  const box = (label: string) => ({
    ...{ from_name: 'box', to_name: 'image', type: 'rectanglelabels' },
    value: { x: 1, y: 1, width: 2, height: 2, rectanglelabels: [label] },
  })
  const tasks = [task({ image: '2007_000063.jpg' }, [box('dog'), box('dog')], [box('dog'), box('cat')])]
  const { plan, project } = await planOf(temporaryFile('x.json', JSON.stringify(tasks)))
  expect(of(plan)['annotators-differ']).toEqual(['2007_000063.jpg: cat'])
  await plan.apply(project)
  expect(project.told()).toEqual({ '2007_000063.jpg': { dog: 'present', cat: 'present' } })
})

test('addresses: storage, uploads, buckets, with or without the server’s own', () => {
  const base64 = Buffer.from('s3://bucket/deep/a b.jpg').toString('base64')
  for (const [address, paths] of [
    ['/data/local-files/?d=photos/sub/a%20b.jpg', ['photos/sub/a b.jpg', 'sub/a b.jpg']],
    ['http://localhost:8080/data/local-files/?d=a.jpg', ['a.jpg']],
    ['/data/upload/6/3804bcd3-a%2Bb.jpg', ['3804bcd3-a+b.jpg', 'a+b.jpg']],
    ['https://x.example/studio/data/upload/6/3804bcd3-a.jpg?x=1', ['3804bcd3-a.jpg', 'a.jpg']],
    ['/data/upload/a.jpg', ['a.jpg']],
    ['s3://bucket/deep/a.jpg', ['deep/a.jpg']],
    [`/tasks/5/resolve/?fileuri=${base64}`, ['deep/a b.jpg']],
    ['https://x.example/a.jpg?size=3#top', ['a.jpg']],
    ['sub/a.jpg', ['sub/a.jpg']],
  ] as const) {
    expect(pathsOf(address), address).toEqual(paths)
  }
})

test('COCO of Label Studio: boxes alone, which is said; nothing becomes absent for want of choices', async () => {
  const { format, plan, project } = await planOf(written('ls-coco-result.json'))
  expect(format).toBe('coco')
  expect(Object.keys(of(plan))).toContain('label-studio-boxes')
  await plan.apply(project, { rest: 'absent' })
  const told = project.told()
  expect(Object.keys(told)).toEqual(['2007_000528.jpg'])
  expect(Object.entries(told['2007_000528.jpg']).filter(([, state]) => state === 'present')).toEqual([
    ['dog', 'present'],
  ])
})

describe('names without their folders, which the server’s converter drops', () => {
  const project = (...paths: string[]) => {
    const made = new MemoryProject()
    for (const file of paths) made.image(file)
    return made
  }

  test('YOLO: one file for all images of a name is nobody’s; marks and escapes before the others are seen through', async () => {
    const paths = ['a.png', 'sub/a.png', 'cafe0123-b.png', 'other dir/c d.png', 'd,e.png', 'é.png']
    const { format, plan, project: made } = await planOf(written('yolo'), {}, project(...paths))
    expect(format).toBe('yolo')
    expect(of(plan)['image-ambiguous']).toEqual(['images/a'])
    expect(plan.preview.images.matched).toBe(4)
    await plan.apply(made)
    // The file of `a` was that of sub/a.png.
    expect(made.told()).toEqual({ 'cafe0123-b.png': { wheel: 'present' }, 'é.png': { cat: 'present' } })
  })

  test('YOLO of uploads: what the converter and the server put before a name', async () => {
    const folder = temporaryFolder()
    cpSync(written('yolo'), folder, { recursive: true })
    renameSync(
      path.join(folder, 'labels/652a9642__%C3%A9.txt'),
      path.join(folder, 'labels/d2f0db8d__b0e19c6e-%C3%A9.txt'),
    )
    const { plan, project: made } = await planOf(folder, {}, project('é.png'))
    await plan.apply(made)
    expect(made.told()).toEqual({ 'é.png': { cat: 'present' } })
    // A name may begin like a mark itself.
    renameSync(path.join(folder, 'labels/a.txt'), path.join(folder, 'labels/43862af9__cafe0123-f.txt'))
    const other = await planOf(folder, {}, project('cafe0123-f.png', 'f.png'))
    await other.plan.apply(other.project)
    expect(other.project.told()).toEqual({ 'cafe0123-f.png': { wheel: 'present' } })
  })

  test('VOC and JSON: an upload is nobody’s where the project has several images of its name', async () => {
    const voc = await planOf(written('voc'), {}, project('a.png', 'sub/a.png'))
    expect(voc.format).toBe('voc')
    expect(of(voc.plan)['image-ambiguous']).toEqual(['12ac799e-a.png'])
    await voc.plan.apply(voc.project)
    expect(voc.project.told()).toEqual({})
    const upload = task({ image: '/data/upload/3/12ac799e-a.png' }, [choose('x', 'dog')])
    const json = await planOf(temporaryFile('x.json', JSON.stringify([upload])), {}, project('a.png', 'sub/a.png'))
    expect(of(json.plan)['image-ambiguous']).toEqual(['12ac799e-a.png'])
    for (const only of ['a.png', 'sub/a.png']) {
      const { plan, project: made } = await planOf(written('voc'), {}, project(only))
      await plan.apply(made)
      expect(made.told()).toEqual({ [only]: { wheel: 'present' } })
    }
  })
})
