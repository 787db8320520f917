import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { knownMask } from '../../src/main/benchmark/masks.ts'
import { scoreSplit } from '../../src/main/benchmark/protocols/protocol.ts'
import { protocols, type Split } from '../../src/main/benchmark/protocols/protocols.ts'
import { publishedNumbers } from '../../src/main/benchmark/protocols/publishedNumbers.ts'
import { surmise } from '../shell/cliProcess.ts'
import { coco2014Folder, newFolder, type Scene, vg200Folder, voc2007Folder, write } from './layouts.ts'

/** The labels that are present in each image, by its file's name. */
function presentIn({ images, truth }: Split, labels: string[]): [string, string[]][] {
  return images.map((image, row) => [
    path.basename(image.path),
    labels.filter((_, label) => truth[row * labels.length + label] === 1),
  ])
}

async function refuses(reading: Promise<unknown>, says: string): Promise<void> {
  await expect(reading).rejects.toMatchObject({ name: 'UserError', code: 'benchmark-folder' })
  await expect(reading).rejects.toMatchObject({
    message: expect.stringContaining(says),
    hint: expect.stringMatching(/\w/),
  })
}

describe('PASCAL VOC 2007', () => {
  const folderOf = () =>
    voc2007Folder({
      trainval: [
        { name: '000005', present: ['dog', 'car', 'car'] },
        { name: '000007', present: [], difficult: ['car'] },
        { name: '000009', present: ['dog'], difficult: ['dog'] },
      ],
      test: [{ name: '000001', present: ['car'], difficult: ['person'] }],
    })

  test('its splits and labels, difficult objects skipped in both', async () => {
    const { labels, training, test: split } = await protocols.voc2007(await folderOf())
    expect([labels.length, labels[0], labels[19]]).toEqual([20, 'aeroplane', 'tvmonitor'])
    expect(labels).toEqual(labels.toSorted())
    expect(presentIn(training, labels)).toEqual([
      ['000005.jpg', ['car', 'dog']],
      ['000007.jpg', []],
      ['000009.jpg', ['dog']],
    ])
    expect(presentIn(split, labels)).toEqual([['000001.jpg', ['car']]])
    expect(new Set([...training.images, ...split.images].map(({ sha256 }) => sha256)).size).toBe(4)
  })

  test('what is missing or broken is told', async () => {
    await refuses(protocols.voc2007(newFolder()), 'trainval.txt')
    for (const gone of [
      'VOC2007/ImageSets/Main/test.txt',
      'VOC2007/Annotations/000007.xml',
      'VOC2007/JPEGImages/000001.jpg',
      'VOC2007/JPEGImages',
    ]) {
      const folder = await folderOf()
      rmSync(path.join(folder, gone), { recursive: true })
      await refuses(protocols.voc2007(folder), path.basename(gone))
    }
    for (const [text, says] of [
      ['<annotation><object>', 'not an annotation in XML'],
      ['no XML', 'not an annotation in XML'],
      ['<annotation><object><name>lion</name></object></annotation>', 'lion'],
    ]) {
      const folder = await folderOf()
      write(folder, 'VOC2007/Annotations/000009.xml', text)
      await refuses(protocols.voc2007(folder), says)
    }
    const leading = await folderOf()
    write(leading, 'VOC2007/ImageSets/Main/test.txt', '../../000001\n')
    await refuses(protocols.voc2007(leading), 'Line 1')
  })
})

describe('COCO 2014', () => {
  const folderOf = () =>
    coco2014Folder({
      train2014: [
        { name: 'a.png', present: ['dog', 'car'] },
        { name: 'b.png', present: [] },
      ],
      val2014: [{ name: 'c.png', present: ['car'] }],
    })

  test('every image of the files in their order, labels by the ids of their categories', async () => {
    const { labels, training, test: split } = await protocols.coco2014(await folderOf())
    expect(labels).toEqual(['car', 'dog'])
    expect(presentIn(training, labels)).toEqual([
      ['a.png', ['car', 'dog']],
      ['b.png', []],
    ])
    expect(presentIn(split, labels)).toEqual([['c.png', ['car']]])
    expect(split.images[0].path).toContain(`${path.sep}val2014${path.sep}`)
  })

  test('what is missing or broken is told', async () => {
    await refuses(protocols.coco2014(newFolder()), 'instances_train2014.json')
    for (const gone of ['annotations/instances_val2014.json', 'train2014', 'val2014/c.png']) {
      const folder = await folderOf()
      rmSync(path.join(folder, gone), { recursive: true })
      await refuses(protocols.coco2014(folder), path.basename(gone))
    }
    const file = 'annotations/instances_val2014.json'
    for (const [content, says] of [
      [{ images: [], annotations: [], categories: [{ id: 3, name: 'car' }] }, 'no images'],
      [{ images: [{ id: 1 }], annotations: [], categories: [] }, 'no image'],
      [{ images: [{ id: 1, file_name: '../a.png' }], annotations: [], categories: [] }, 'not in the folder'],
      [
        {
          images: [{ id: 1, file_name: 'c.png' }],
          annotations: [{ image_id: 1, category_id: 4 }],
          categories: [{ id: 3, name: 'car' }],
        },
        'category 4',
      ],
      [{ images: [{ id: 1, file_name: 'c.png' }], annotations: [], categories: [{ id: 3, name: 'car' }] }, 'differ'],
    ] as const) {
      const folder = await folderOf()
      write(folder, file, JSON.stringify(content))
      await refuses(protocols.coco2014(folder), says)
    }
    const truncated = await folderOf()
    writeFileSync(path.join(truncated, file), '{"images": [{"id": 1')
    await expect(protocols.coco2014(truncated)).rejects.toMatchObject({ name: 'UserError', code: 'json-truncated' })
  })
})

describe('VG-200', () => {
  const folderOf = () =>
    vg200Folder({
      train: [['1.png', [0, 199]]],
      test: [
        ['2.png', []],
        ['3.png', [7]],
      ],
    })

  test('the images of its lists, 200 labels by their numbers', async () => {
    const { labels, training, test: split } = await protocols.vg200(await folderOf())
    expect(labels.length).toBe(200)
    expect(presentIn(training, labels)).toEqual([['1.png', [labels[0], labels[199]]]])
    expect(presentIn(split, labels)).toEqual([
      ['2.png', []],
      ['3.png', [labels[7]]],
    ])
  })

  test('what is missing or broken is told', async () => {
    for (const gone of ['train_list_500.txt', 'test_list_500.txt', 'vg_category_200_labels_index.json', 'VG_100K']) {
      const folder = await folderOf()
      rmSync(path.join(folder, gone), { recursive: true })
      await refuses(protocols.vg200(folder), gone)
    }
    for (const [text, says] of [
      ['{', 'not JSON'],
      ['{"1.png": [200], "2.png": [], "3.png": []}', '1.png'],
      ['{"1.png": [1], "2.png": []}', '3.png'],
    ]) {
      const folder = await folderOf()
      write(folder, 'vg_category_200_labels_index.json', text)
      await refuses(protocols.vg200(folder), says)
    }
    const leading = await folderOf()
    write(leading, 'train_list_500.txt', '../1.png\n')
    write(leading, 'vg_category_200_labels_index.json', '{"../1.png": []}')
    await refuses(protocols.vg200(leading), 'not in the folder')
  })
})

test('the metrics of a split: a label counts as predicted from one half on', () => {
  // Two labels, three images; the second label is never present.
  const score = scoreSplit(Float32Array.of(0.9, 0.1, 0.5, 0.2, 0.7, 0.6), Uint8Array.of(1, 0, 0, 0, 1, 0), 2)
  // Predicted: three of the first, one of the second; right: two.
  expect(score.mAP).toBe(1)
  expect(score.OF1).toBeCloseTo((2 * (2 / 4) * 1) / (2 / 4 + 1))
  expect(score.CF1).toBeCloseTo((2 * (2 / 3 / 2) * (1 / 2)) / (2 / 3 / 2 + 1 / 2))
})

test('the published shares of SST have the published mean', () => {
  for (const { averages, sst } of Object.values(publishedNumbers)) {
    const mean = sst.reduce((sum, value) => sum + value, 0) / sst.length
    expect(Math.abs(mean - averages.find(({ method }) => method === 'SST')!.mAP)).toBeLessThan(0.051)
  }
})

test('surmise benchmark --protocol: trains on one split, scores the other, beside the published rows', async () => {
  const scene = (i: number): Scene => ({
    name: String(i).padStart(6, '0'),
    present: [...(i % 2 ? ['car'] : []), ...(i % 3 ? ['dog'] : [])],
  })
  const scenes = Array.from({ length: 44 }, (_, i) => scene(i))
  const folder = await voc2007Folder({ trainval: scenes.slice(0, 32), test: scenes.slice(32) })
  const home = newFolder()
  const args = ['benchmark', folder, '--protocol', 'voc2007', '--device', 'cpu']
  const ended = await surmise([...args, '--known', '0.5,0.9', '--json'], { home })
  expect([ended.code, ended.json.images, (ended.json.labels as string[]).length]).toEqual([
    0,
    { training: 32, test: 12 },
    20,
  ])
  type Score = Record<'mAP' | 'OF1' | 'CF1', number>
  const { rows, averages } = ended.json as {
    rows: { known: number; scores: Record<string, Score> }[]
    averages: Record<string, Score>
  }
  expect(rows.map(({ known }) => known)).toEqual([0.5, 0.9])
  for (const { scores } of rows) expect(Object.keys(scores)).toEqual(['linear', 'sst', 'blend'])
  expect(rows[1].scores.blend.mAP).toBeGreaterThan(0.85)
  for (const metric of ['mAP', 'OF1', 'CF1'] as const) {
    const mean = (rows[0].scores.blend[metric] + rows[1].scores.blend[metric]) / 2
    expect(averages.blend[metric]).toBeCloseTo(mean)
  }
  expect(ended.json.published).toMatchObject({ averages: expect.any(Array), source: expect.stringMatching(/\w/) })

  const told = await surmise([...args, '--known', '0.9', '--mode', 'faithful'], { home })
  expect(told.output).toMatch(/^known +linear +SST +blend +faithful +published SST \(mAP\)$/m)
  expect(told.output).toMatch(/^90% .* 92\.7$/m)
  expect(told.output).toMatch(/^SST +90\.4 +88\.2 +85\.6$/m)

  const masks = await surmise([...args, '--seeds', '2', '--json'], { home })
  expect(masks).toMatchObject({ code: 1, json: { error: { code: 'benchmark-protocol' } } })
  const missing = await surmise(['benchmark', newFolder(), '--protocol', 'vg200', '--json'], { home })
  expect(missing).toMatchObject({ code: 1, json: { error: { code: 'benchmark-folder' } } })
})

test('the mask of a protocol is that of its training split alone', () => {
  // Row by row: more images after these change nothing.
  expect(knownMask(40, 20, 0.3, 0).subarray(0, 32 * 20)).toEqual(knownMask(32, 20, 0.3, 0))
})
