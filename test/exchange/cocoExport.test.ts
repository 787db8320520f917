import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeCoco } from '../../src/main/exchange/formats/coco/export.ts'
import { expectCocoRules } from './cocoRules.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

const options = { appVersion: '0.1.0' }

/** Dogs and cats, a broken image, a missing one, one of which nothing is known. */
function pets(): MemoryProject {
  const project = new MemoryProject()
  project.name = 'Pets'
  const dog = project.label('dog', { key: 'd', colour: '#aa3311', description: 'also puppies' })
  const cat = project.label('Katze "schwarz"')
  project.label('never seen')
  project.models.push({
    id: 3,
    uid: 'model-1',
    createdAt: 1_790_000_000_000,
    kind: 'sst',
    backbone: 'tiny',
    seed: 7,
    device: null,
    metrics: { mAP: 0.5 },
    labelIds: [dog, cat],
  })
  const a = project.image('ordner/ä 1.jpg', { sha256: 'a'.repeat(64), width: 300, height: 400, orientation: 6 })
  const b = project.image('b.png')
  project.image('nothing known.jpg')
  const broken = project.image('broken.jpg', {
    width: 0,
    height: 0,
    problem: { code: 'empty', message: 'The file is empty.' },
  })
  const missing = project.image('gone.jpg', { problem: { code: 'missing', message: 'The file is no longer there.' } })
  project.mark(a.id, cat, -1, { annotator: 'Anna', decidedAt: 1_790_000_001_234 })
  project.mark(a.id, dog, 1, { source: 'accepted_suggestion', modelId: 3, score: 0.1 + 0.2, annotator: 'Anna' })
  project.mark(b.id, dog, 1, { source: 'import' })
  project.mark(b.id, cat, 1)
  project.mark(missing.id, dog, 1)
  project.mark(missing.id, cat, -1)
  project.mark(broken.id, cat, -1)
  return project
}

describe('a COCO export', () => {
  test('follows every rule', async () => {
    const folder = path.join(temporaryFolder(), 'out')
    const report = await writeCoco(pets().source(), folder, options)
    const file = path.join(folder, 'annotations', 'labels_default.json')
    expect(report).toMatchObject({ files: [file], images: 3, present: 3, absent: 1, unreadable: 2 })
    const text = readFileSync(file, 'utf8')
    const coco = expectCocoRules(text)
    expect(coco.info).toMatchObject({ description: 'Pets', year: 2026, date_created: '2026-11-23T10:00:00.000Z' })
    expect(text).toContain('"ordner/ä 1.jpg"')
    expect(coco.categories).toEqual([
      {
        id: 1,
        name: 'dog',
        supercategory: '',
        uid: expect.any(String),
        frequency: 'r',
        key: 'd',
        color: '#aa3311',
        order: 0,
      },
      expect.objectContaining({ id: 2, name: 'Katze "schwarz"', key: null }),
      expect.objectContaining({ id: 3, name: 'never seen' }),
    ])
    expect(coco.images[0]).toEqual({
      id: 1,
      file_name: 'ordner/ä 1.jpg',
      width: 300,
      height: 400,
      neg_category_ids: [2],
      not_exhaustive_category_ids: [],
      uid: expect.any(String),
      sha256: 'a'.repeat(64),
      exif_orientation: 6,
      neg_provenance: [
        {
          category_id: 2,
          source: 'human',
          decided_at: '2026-09-21T14:13:21.234Z',
          model_uid: null,
          model_score: null,
          annotator: 'Anna',
        },
      ],
    })
    expect(coco.images[2]).toMatchObject({ file_name: 'nothing known.jpg', neg_category_ids: [] })
    expect(coco.annotations.map(({ image_id, category_id }) => [image_id, category_id])).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
    ])
    expect(coco.annotations[0].attributes).toMatchObject({
      source: 'accepted_suggestion',
      model_uid: 'model-1',
      model_score: 0.1 + 0.2,
    })
    expect(coco.info.partial_labels.models).toEqual([
      {
        uid: 'model-1',
        created_at: '2026-09-21T14:13:20.000Z',
        kind: 'sst',
        backbone: 'tiny',
        seed: 7,
        device: null,
        metrics: { mAP: 0.5 },
        category_ids: [1, 2],
      },
    ])
    // 7: what can't be read is listed, and its labels are not lost.
    expect(coco.info.partial_labels.broken).toMatchObject([
      {
        file_name: 'broken.jpg',
        code: 'empty',
        reason: 'The file is empty.',
        states: [{ category_id: 2, state: 'absent' }],
      },
      { file_name: 'gone.jpg', code: 'missing', states: [{ category_id: 1, state: 'present' }, { category_id: 2 }] },
    ])
    expect(report.warnings).toMatchObject([{ code: 'unreadable', examples: ['2 images'] }])
  })

  test('goes to one file when asked to', async () => {
    const folder = temporaryFolder()
    const report = await writeCoco(pets().source(), path.join(folder, 'labels.json'), options)
    expect(report.files).toEqual([path.join(folder, 'labels.json')])
    expect(readdirSync(folder)).toEqual(['labels.json'])
  })

  test('into a folder, with a note where the images would be', async () => {
    const folder = temporaryFolder()
    await writeCoco(pets().source(), folder, { ...options, split: 'train' })
    expect(readdirSync(path.join(folder, 'annotations'))).toEqual(['labels_train.json'])
    expect(readdirSync(path.join(folder, 'images'))).toEqual(['README.txt'])
  })

  test('with the images, when asked to', async () => {
    const folder = temporaryFolder()
    const placed: string[] = []
    await writeCoco(pets().source(), folder, {
      ...options,
      placeImage: async (_, destination) => {
        placed.push(path.relative(folder, destination))
      },
    })
    expect(placed).toEqual(['images/ordner/ä 1.jpg', 'images/b.png', 'images/nothing known.jpg'].map(path.normalize))
    expect(existsSync(path.join(folder, 'images', 'README.txt'))).toBe(false)
  })

  test('never places an image out of its folder', async () => {
    for (const bad of ['../x.jpg', 'a/../../x.jpg', '..', 'a/../..']) {
      const project = new MemoryProject()
      project.label('dog')
      project.image(bad)
      const placing = writeCoco(project.source(), temporaryFolder(), { ...options, placeImage: async () => {} })
      await expect(placing).rejects.toMatchObject({ code: 'export-target' })
    }
  })

  test('leaves suggestions out, and writes them beside it on request', async () => {
    const project = pets()
    const [a, b] = project.images
    const [dog, cat] = project.labels
    project.suggestions = [
      { image: a, labelId: cat.id, probability: 0.75 },
      { image: b, labelId: dog.id, probability: 1e-7 },
    ]
    const folder = temporaryFolder()
    await writeCoco(project.source(), folder, options)
    expect(existsSync(path.join(folder, 'predictions.json'))).toBe(false)
    const report = await writeCoco(project.source(), folder, { ...options, suggestions: true })
    expect(report.suggestions).toBe(2)
    expect(JSON.parse(readFileSync(path.join(folder, 'predictions.json'), 'utf8'))).toEqual([
      { image_id: 1, category_id: 2, bbox: [0, 0, 300, 400], score: 0.75 },
      { image_id: 2, category_id: 1, bbox: [0, 0, 640, 480], score: 1e-7 },
    ])
    const single = await writeCoco(project.source(), path.join(folder, 'one.json'), { ...options, suggestions: true })
    expect(single.files).toEqual([path.join(folder, 'one.json'), path.join(folder, 'one_predictions.json')])
  })

  test('is the same, byte for byte, at every export', async () => {
    const project = pets()
    const folder = temporaryFolder()
    const texts = []
    for (const name of ['1.json', '2.json']) {
      await writeCoco(project.source(), path.join(folder, name), options)
      texts.push(readFileSync(path.join(folder, name), 'utf8'))
      // The order in which states were set says nothing.
      for (const [id, states] of project.states) project.states.set(id, states.toReversed())
    }
    expect(texts[0]).toBe(texts[1])
  })

  test('of nothing is still COCO', async () => {
    const file = path.join(temporaryFolder(), 'empty.json')
    const project = new MemoryProject()
    await writeCoco(project.source(), file, options)
    expect(expectCocoRules(readFileSync(file, 'utf8'))).toMatchObject({ images: [], annotations: [], categories: [] })
  })

  test('counts frequency by images that can be read', async () => {
    const project = new MemoryProject()
    const labels = [10, 11, 100, 101].map((count) => [project.label(`${count}`), count])
    for (let i = 0; i < 101; i++) {
      const image = project.image(`${i}.jpg`)
      for (const [label, count] of labels) if (i < count) project.mark(image.id, label, 1)
    }
    const gone = project.image('gone.jpg', { problem: { code: 'missing', message: 'x' } })
    for (const [label] of labels) project.mark(gone.id, label, 1)
    const file = path.join(temporaryFolder(), 'x.json')
    await writeCoco(project.source(), file, options)
    const coco = expectCocoRules(readFileSync(file, 'utf8'))
    expect(coco.categories.map(({ frequency }) => frequency)).toEqual(['r', 'c', 'c', 'f'])
  })

  test('warns of names that other programs take for one another', async () => {
    const project = new MemoryProject()
    project.label('dog')
    for (const name of ['a.jpg', 'a.png', 'x/B.jpg', 'x/b.jpg', 'c.jpg', 'C.png', '.jpg', '.png', 'x/.jpg'])
      project.image(name)
    const report = await writeCoco(project.source(), path.join(temporaryFolder(), 'x.json'), options)
    expect(report.warnings).toMatchObject([
      { code: 'equal-stems', count: 1, examples: ['a.jpg, a.png'] },
      { code: 'equal-but-for-case', count: 1, examples: ['x/B.jpg, x/b.jpg'] },
    ])
  })

  test('refuses two states of one pair', async () => {
    const project = pets()
    project.states.get(2)!.push({ ...project.states.get(2)![0] })
    const folder = temporaryFolder()
    await expect(writeCoco(project.source(), path.join(folder, 'x.json'), options)).rejects.toThrow('two states')
    expect(readdirSync(folder)).toEqual([])
  })

  test('cancelled or failed, leaves the file of before', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'x.json')
    writeFileSync(file, 'before')
    const project = new MemoryProject()
    const dog = project.label('dog')
    for (let i = 0; i < 5000; i++) project.mark(project.image(`${i}.jpg`).id, dog, 1)
    const controller = new AbortController()
    const onProgress = (done: number) => done === 6000 && controller.abort()
    const work = writeCoco(project.source(), file, { ...options, signal: controller.signal, onProgress })
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
    expect(readFileSync(file, 'utf8')).toBe('before')
    expect(readdirSync(folder)).toEqual(['x.json'])
  })

  test('says where it can’t be written', async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'folder.json'))
    writeFileSync(path.join(folder, 'file'), '')
    for (const name of ['folder.json', 'file']) {
      await expect(writeCoco(pets().source(), path.join(folder, name), options)).rejects.toMatchObject({
        code: 'export-target',
      })
    }
    const split = writeCoco(pets().source(), path.join(folder, 'x'), { ...options, split: '../up' })
    await expect(split).rejects.toMatchObject({ code: 'export-target' })
  })
})
