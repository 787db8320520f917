import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { detect, readLabels } from '../../src/main/exchange/formats/detect.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

const peers = path.join(import.meta.dirname, 'peers')

function withImages(...names: string[]): MemoryProject {
  const project = new MemoryProject()
  for (const name of names) project.image(name)
  return project
}

/** Imported as it comes: what the project knows then. */
async function imported(place: string, project: MemoryProject, settings: Record<string, string> = {}) {
  const found = await detect(place)
  const collected = await readLabels(found.format, place, { settings }, found.place)
  const plan = await ImportPlan.make(found.format.id, collected, project.target())
  await plan.apply(project)
  const { rest, problems } = plan.preview
  const codes = problems.map(({ code, count }) => [code, count])
  return { format: found.format.id, because: found.because, told: project.told(), rest, codes }
}

const dogAndBus = { 'a.jpg': { dog: 'present', 'bus, coach': 'present' }, 'sub/b.jpg': { dog: 'present' } }
const rows = [
  { image: 'photos/a.jpg', labels: ['dog', 'bus, coach'] },
  { image: 'photos/sub/b.jpg', labels: ['dog'] },
  { image: 'photos/c.jpg', labels: [] },
]
const columns = { image: rows.map(({ image }) => image), labels: rows.map(({ labels }) => labels) }

describe('tables that aren’t CSV', () => {
  test.each([
    ['x.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
    // As to_json writes them: lines, but called .json.
    ['x.json', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['x.json', JSON.stringify(rows)],
    ['x.json', JSON.stringify({ version: 1, images: rows })],
    ['x.json', JSON.stringify(columns)],
    ['x.json', JSON.stringify({ image: { ...columns.image }, labels: { ...columns.labels } })],
    ['x.json', JSON.stringify({ ...rows })],
    ['x.json', JSON.stringify({ columns: ['image', 'labels'], data: rows.map((row) => Object.values(row)) })],
    ['x.json', JSON.stringify(rows.map(({ image, labels }) => ({ image, width: 3, labels, fold: 1 })))],
  ])('%s: %s', async (name, content) => {
    const project = withImages('a.jpg', 'sub/b.jpg', 'c.jpg', 'other/a.jpg')
    const result = await imported(temporaryFile(name, content), project)
    expect(result).toMatchObject({ format: 'records', told: dogAndBus })
    expect(result.codes).toEqual(content.includes('fold') ? [['column-left-out', 2]] : [])
  })

  test('labels in objects, as yes and no, and in columns of their own', async () => {
    const read = async (...lines: unknown[]) => {
      const file = temporaryFile('x.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'))
      return (await imported(file, withImages('a.jpg', 'b.jpg'))).told
    }
    const bdd = { name: 'a.jpg', attributes: {}, labels: [{ id: 0, category: 'dog', box2d: { x1: 1 } }] }
    expect(await read(bdd, { name: 'b.jpg', labels: [] })).toEqual({ 'a.jpg': { dog: 'present' } })
    const both = { 'a.jpg': { dog: 'present', cat: 'absent' }, 'b.jpg': { cat: 'present' } }
    expect(
      await read({ file_name: 'a.jpg', tags: { dog: 1, cat: 0 } }, { file_name: 'b.jpg', tags: { cat: true } }),
    ).toEqual(both)
    expect(await read({ id: 7, path: 'a.jpg', dog: 1, cat: 0 }, { id: 8, path: 'b.jpg', dog: null, cat: 1 })).toEqual(
      both,
    )
  })

  test('what isn’t understood, or isn’t told, never becomes absent by the rest', async () => {
    const lines = [
      { image: 'a.jpg', labels: ['dog', 0.5] },
      { image: 'b.jpg', labels: null },
      { image: 'c.jpg', labels: ['cat'] },
    ]
    const file = temporaryFile('x.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'))
    const { rest, codes } = await imported(file, withImages('a.jpg', 'b.jpg', 'c.jpg'))
    expect(codes).toEqual([['value-unknown', 1]])
    // Only “dog” in c.jpg.
    expect(rest).toBe(1)
  })

  test('texts are cut by what makes labels repeat', async () => {
    const cells = ['dog,cat', 'dog', 'cat,cow', 'cow,dog', 'cat', 'dog,cat,cow']
    const lines = cells.map((tags, at) => JSON.stringify({ file_name: `${at}.jpg`, tags }))
    const told = (await imported(temporaryFile('x.jsonl', lines.join('\n')), withImages('0.jpg', '5.jpg'))).told
    expect(told).toEqual({
      '0.jpg': { dog: 'present', cat: 'present' },
      '5.jpg': { dog: 'present', cat: 'present', cow: 'present' },
    })
    const one = temporaryFile('x.jsonl', '{"image":"a.jpg","label":"dining table"}\n{"image":"b.jpg","label":"dog"}\n')
    expect((await imported(one, withImages('a.jpg'))).told).toEqual({ 'a.jpg': { 'dining table': 'present' } })
  })

  test('where it isn’t clear, it is asked', async () => {
    const two = temporaryFile('x.json', JSON.stringify([{ image: 'a.jpg', label: 'dog', tags: ['x'] }]))
    await expect(imported(two, withImages('a.jpg'))).rejects.toMatchObject({
      code: 'field-unclear',
      hint: 'Set the option “labels” to one of: label, tags.',
    })
    expect((await imported(two, withImages('a.jpg'), { labels: 'tags' })).told).toEqual({ 'a.jpg': { x: 'present' } })
    const numbers = temporaryFile('x.jsonl', '{"image":"a.jpg","label":1}\n{"image":"b.jpg","label":0}\n')
    await expect(imported(numbers, withImages('a.jpg'))).rejects.toMatchObject({ code: 'labels-unnamed' })
    const named = await imported(numbers, withImages('a.jpg'), { names: 'cat, dog' })
    expect(named.told).toEqual({ 'a.jpg': { dog: 'present' } })
    const vectors = temporaryFile('x.jsonl', '{"image":"a.jpg","labels":[1,0]}\n{"image":"b.jpg","labels":[0,1]}\n')
    await expect(imported(vectors, withImages('a.jpg'))).rejects.toMatchObject({ code: 'labels-unnamed' })
  })

  test('broken lines are said, with their number', async () => {
    const file = temporaryFile(
      'x.jsonl',
      '{"image":"a.jpg","labels":[]}\n{"image":"b.jpg","labels":["a"]}\n{"image":\n',
    )
    await expect(imported(file, withImages('a.jpg'))).rejects.toMatchObject({
      code: 'not-json',
      message: expect.stringContaining('line 3'),
    })
    const parquet = temporaryFile('x.parquet', 'PAR1 nothing of the kind')
    await expect(imported(parquet, withImages('a.jpg'))).rejects.toMatchObject({ code: 'not-table' })
    const arrow = temporaryFile('x.arrow', 'nothing of the kind')
    await expect(imported(arrow, withImages('a.jpg'))).rejects.toMatchObject({ code: 'not-table' })
  })

  test('Parquet: numbers have the names that Hugging Face’s datasets write into it', async () => {
    const project = withImages('a.png', 'b/a.png', 'c.png')
    const result = await imported(path.join(peers, 'hugging-face/numbered.parquet'), project)
    expect(result.told).toEqual({ 'a.png': { dog: 'present', 猫: 'present' }, 'b/a.png': { 'bus, coach': 'present' } })
    // Nothing is told of c.png.
    expect(result.rest).toBe(3)
  })
})

describe('Hugging Face', () => {
  const line = (file_name: string, labels: string[], more = {}) => `${JSON.stringify({ file_name, labels, ...more })}\n`

  test('an imagefolder is its metadata, not its folders', async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'set a'))
    writeFileSync(path.join(folder, 'set a/x.jpg'), '')
    writeFileSync(path.join(folder, 'metadata.jsonl'), line('set a/x.jpg', ['horse', 'person']))
    const project = withImages('set a/x.jpg')
    const result = await imported(folder, project)
    expect(result).toMatchObject({ format: 'huggingface', because: 'metadata.jsonl describes its images', rest: 0 })
    expect(result.told).toEqual({ 'set a/x.jpg': { horse: 'present', person: 'present' } })
  })

  test('metadata below train and test is of the images there', async () => {
    const folder = temporaryFolder()
    for (const part of ['train', 'test']) {
      mkdirSync(path.join(folder, part))
      writeFileSync(path.join(folder, part, 'a.jpg'), part)
      writeFileSync(path.join(folder, part, 'metadata.jsonl'), line('a.jpg', [part]))
    }
    const project = withImages('train/a.jpg', 'test/a.jpg')
    expect((await imported(folder, project)).told).toEqual({
      'train/a.jpg': { train: 'present' },
      'test/a.jpg': { test: 'present' },
    })
  })

  test('our own comes back with what is absent', async () => {
    const project = withImages('sub/a.jpg', 'b.png', 'c.png')
    const [dog, cat] = [project.label('dog'), project.label('no')]
    project.mark(1, dog, 1)
    project.mark(1, cat, -1)
    project.mark(2, dog, -1)
    const folder = path.join(temporaryFolder(), 'out')
    await formatById('huggingface').write!(project.source(), folder, { appVersion: '0' })
    const fresh = withImages('sub/a.jpg', 'b.png', 'c.png')
    expect(await imported(folder, fresh)).toMatchObject({ told: project.told(), rest: null, codes: [] })
  })

  test('save_to_disk: images within it are known by their content', async () => {
    const folder = path.join(temporaryFolder(), 'saved')
    cpSync(path.join(peers, 'hugging-face/saved'), folder, { recursive: true })
    const project = new MemoryProject()
    project.image('a.png', { sha256: 'be21aef17f0baf04b1bf148f8a23bda4e879b346a64637fdd711bea012e646a8' })
    project.image('b/a.png', { sha256: '0ce0dafde0455dc4c0ee0bb1957ee68f7c39a6668c155126ac5697816b559faa' })
    project.image('c.png', { sha256: '548c752266def8c110bdce0cb60c3095427d099a2d8b33100e11fc484cc1a4c3' })
    const result = await imported(folder, project)
    expect(result.because).toMatch(/save_to_disk/)
    expect(result.told).toEqual({ 'a.png': { dog: 'present', 猫: 'present' }, 'b/a.png': { 'bus, coach': 'present' } })
  })
})

describe('a FiftyOne dataset', () => {
  const place = path.join(peers, 'fiftyone/samples.json')
  const names = ['2007_000063.jpg', 'b/2007_000063.jpg', '2007_004166.jpg', '2008_002067.jpg', '2008_002329.jpg']

  test('has several fields: it is asked which', async () => {
    await expect(imported(place, withImages(...names))).rejects.toMatchObject({
      code: 'field-unclear',
      message: expect.stringContaining('gt (8 labels: '),
      hint: 'Set the option “field” to one of: tags, gt, one, det.',
    })
    await expect(imported(place, withImages(...names), { field: 'x' })).rejects.toMatchObject({ code: 'field-unknown' })
  })

  test.each(['gt', 'det', 'tags'])('the field %s says what is present', async (field) => {
    const result = await imported(place, withImages(...names), { field })
    expect(result.told['2007_000063.jpg']).toEqual({ chair: 'present', dog: 'present' })
    expect(result.told['b/2007_000063.jpg']).toEqual({ car: 'present', cow: 'present', person: 'present' })
    expect(result.told['2007_004166.jpg']).toHaveProperty('TV "monitor"', 'present')
    // One without any, one that nobody has looked at.
    expect(Object.keys(result.told)).toHaveLength(3)
  })

  test('one field needs no question; another may say what is absent', async () => {
    const of = (...labels: string[]) => ({
      _cls: 'Classifications',
      classifications: labels.map((label) => ({ _cls: 'Classification', label })),
    })
    const samples = [
      { filepath: 'a.jpg', tags: ['train'], gt: of('dog'), no: of('cat') },
      { filepath: 'b.jpg', tags: ['train'], metadata: { _cls: 'ImageMetadata' } },
    ]
    const one = JSON.stringify({ samples: samples.map(({ no: _, ...sample }) => sample) })
    const alone = await imported(temporaryFile('samples.json', one), withImages('a.jpg', 'b.jpg'))
    expect(alone).toMatchObject({ told: { 'a.jpg': { dog: 'present' } }, rest: 0 })
    const both = temporaryFile('samples.json', JSON.stringify({ samples }))
    const settings = { field: 'gt', 'absent-field': 'no' }
    expect(await imported(both, withImages('a.jpg', 'b.jpg'), settings)).toMatchObject({
      told: { 'a.jpg': { dog: 'present', cat: 'absent' } },
      rest: null,
    })
  })

  test('labels with a confidence are suggestions', async () => {
    const pred = { _cls: 'Classification', label: 'dog', confidence: 0.75 }
    const file = temporaryFile('samples.json', JSON.stringify({ samples: [{ filepath: 'a.jpg', pred }] }))
    const { format, place: found } = await detect(file)
    const collected = await readLabels(format, found, {})
    expect([...collected.predictions]).toEqual([[0, 0, 0.75]])
    expect(collected.states).toHaveLength(0)
  })
})
