import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { detect } from '../../src/main/exchange/formats/detect.ts'
import { partialJson } from '../../src/main/exchange/read/partialJson.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'

/** A folder of these files, in a folder of its own; those that begin with ../ lie beside it. */
function folderOf(files: Record<string, string>, name = 'set'): string {
  const folder = path.join(temporaryFolder(), name)
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), content)
  }
  return folder
}

const found = async (files: Record<string, string>, name?: string) => {
  const { format, because, others, ignored } = await detect(folderOf(files, name))
  return { format: format.id, because, others, ignored }
}

const coco = JSON.stringify({
  images: [{ id: 1, file_name: 'a.jpg' }],
  annotations: [{ id: 1, image_id: 1, category_id: 1 }],
  categories: [{ id: 1, name: 'dog' }],
})
const cvat = '<?xml version="1.0"?>\n<annotations><image id="0" name="a.jpg"><tag label="dog"/></image></annotations>'
const voc = '<annotation><filename>a.jpg</filename><object><name>dog</name></object></annotation>'

describe('a folder for each label', () => {
  test('is told, with the labels that were seen', async () => {
    expect(await found({ 'dog/a.jpg': '', 'cat/b.png': '', 'README.md': '' })).toMatchObject({
      format: 'folders',
      because: 'it has images in the folders “cat”, “dog”',
    })
    // A train is a label among others.
    expect((await found({ 'train/a.jpg': '', 'bus/b.jpg': '' })).format).toBe('folders')
    expect((await found({ 'train/dog/a.jpg': '', 'val/cat/b.jpg': '' })).format).toBe('yolo-cls')
    expect((await found({ 'images/dog/a.jpg': '' })).format).toBe('yolo-cls')
  })

  test.each<Record<string, string>>([
    { 'data/a.jpg': '' },
    { 'images/a.jpg': '', 'masks/a.png': '' },
    { 'train/a.jpg': '', 'val/b.jpg': '' },
    { 'bounding_box_train/0001_c1.jpg': '', 'query/0001_c2.jpg': '' },
    { 'images/train/a.jpg': '', 'images/val/b.jpg': '' },
    { 'no_label/a.jpg': '' },
    { '__MACOSX/dog/a.jpg': '', '@eaDir/a.jpg': '', '.thumbnails/a.jpg': '' },
    { 'dog/a.jpg': '', 'list.csv': 'x' },
    { 'dog/a.jpg': '', 'dog/meta.jsonl': '{}' },
    { 'dog/a.jpg': '', 'info.xml': '<x/>' },
    { 'a.jpg': '', 'b.jpg': '' },
  ])('isn’t what %j is', async (files) => {
    await expect(found(files)).rejects.toMatchObject({ code: expect.stringMatching(/^format-(unknown|foreign)$/) })
  })

  test('isn’t what lies in a folder of images with labels beside it', async () => {
    const files = { 'dog/a.jpg': '' }
    expect((await found(files, 'images')).format).toBe('folders')
    await expect(found({ ...files, '../labels.json': '{}' }, 'images')).rejects.toMatchObject({
      code: 'format-foreign',
    })
    expect((await found({ ...files, '../labels.json': '{}' }, 'animals')).format).toBe('folders')
  })
})

describe('what a file says comes before what it is called', () => {
  test.each([
    ['coco', { 'labels.json': coco, 'data/a.jpg': '' }],
    ['coco', { 'result.json': coco, 'images/a.jpg': '' }],
    ['coco', { 'annotations/train.json': coco, 'images/a.jpg': '' }],
    ['fiftyone', { 'labels.json': '{"classes": ["dog"], "labels": {"a": 0}}', 'data/a.jpg': '' }],
    ['datumaro', { 'annotations/train.json': '{"dm_format_version":"1.0","infos":{},"categories":{},"items":[]}' }],
    ['cvat', { 'labels.xml': cvat, 'data/a.jpg': '' }],
    ['cvat', { 'train.xml': cvat, 'images/a.jpg': '' }],
    ['voc', { 'labels/a.xml': voc, 'data/a.jpg': '' }],
    ['voc', { 'labels/deep/a.xml': voc, 'data/deep/a.jpg': '' }],
    ['voc', { 'Annotations/a.xml': voc }],
    ['yolo', { 'data.yaml': 'names: [dog]', 'labels/train/a.txt': '0 0.5 0.5 1 1\n' }],
    ['yolo', { 'obj.names': 'dog\n', 'obj_train_data/a.txt': '0 0.5 0.5 1 1', 'obj_train_data/a.jpg': '' }],
  ])('%s: %j', async (format, files) => {
    expect((await found(files)).format).toBe(format)
  })

  test('the one file among many images is seen', async () => {
    const images = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a${i}.jpg`, '']))
    expect((await found({ ...images, 'zzz.json': coco })).format).toBe('coco')
  })

  test('files that may hold labels and aren’t read are told', async () => {
    const told = await found({ 'labels.xml': cvat, 'data/a.jpg': '', 'data/notes.csv': 'x', 'README.txt': '' })
    expect(told).toEqual({
      format: 'cvat',
      because: 'labels.xml begins with <annotations>',
      others: [],
      ignored: ['data/notes.csv'],
    })
  })

  test('where as much speaks for two, it is asked', async () => {
    const both = found({ 'annotations.xml': cvat, 'Annotations/a.xml': voc })
    await expect(both).rejects.toMatchObject({
      code: 'format-unclear',
      message: expect.stringMatching(/PASCAL VOC folder \(.*\) or CVAT for images 1.1 XML \(annotations.xml begins/),
      hint: 'Name the format: voc or cvat.',
    })
  })

  test('what can’t be read is called by its name', async () => {
    const one = (name: string) => detect(temporaryFile(name, 'x'))
    await expect(one('t.tfrecord')).rejects.toMatchObject({
      code: 'format-foreign',
      message: /^This is a TFRecord data set/,
    })
    await expect(one('t.pkl')).rejects.toMatchObject({ code: 'format-foreign' })
    const keys = detect(temporaryFile('x.json', '{"foo": {"bar": 1}, "baz": [NaN]}'))
    await expect(keys).rejects.toMatchObject({ code: 'format-unknown', message: /Its keys are foo, baz/ })
  })
})

test('a beginning of JSON says as much as it holds', () => {
  expect(partialJson('{"a": [1, 2, {"b": "x, }", "c')).toEqual({ a: [1, 2, { b: 'x, }' }] })
  expect(partialJson('{"a": NaN, "b": [-Infinity, 1]}')).toEqual({ a: null, b: [null, 1] })
  expect(partialJson('{"a": 1}\n{"a": 2}\n')).toEqual({ a: 1 })
  expect(partialJson('[{"a": "cut in the mid')).toEqual([{}])
  for (const none of ['', 'a,b', '<x/>', '{]', '{"a" 1, "b": 2']) expect(partialJson(none)).toBeUndefined()
  expect(() => partialJson('['.repeat(1e5))).not.toThrow()
})

test('a quotation mark alone, never closed, is no table, and no error of the program', async () => {
  for (const content of ['"\n', '"\r\n', '"a\n\n\n', '\n"\n'])
    await expect(detect(temporaryFile('x.csv', content))).rejects.toMatchObject({ name: 'UserError' })
})
