import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { detect, readLabels } from '../../src/main/exchange/formats/detect.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

/** A folder of these files, imported as it comes into a project of these images. */
function imported(files: Record<string, unknown>, ...images: string[]) {
  return importedAs({}, files, ...images)
}

async function importedAs(settings: Record<string, string>, files: Record<string, unknown>, ...images: string[]) {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const project = new MemoryProject()
  for (const name of images) project.image(name)
  const { format, place } = await detect(folder)
  const plan = await ImportPlan.make(format.id, await readLabels(format, folder, { settings }, place), project.target())
  await plan.apply(project)
  return {
    format: format.id,
    told: project.told(),
    rest: plan.preview.rest,
    problems: plan.preview.problems.map(({ code }) => code),
  }
}

test('FiftyOneImageLabels: attributes and objects, beside a list of the files', async () => {
  const attr = (value: unknown) => ({ type: 'eta.core.data.CategoricalAttribute', name: 'labels', value })
  const result = await imported(
    {
      'manifest.json': { index: [{ data: 'data/a.jpg', labels: 'labels/a.json' }] },
      'labels/a.json': { attrs: { attrs: [attr('dog'), attr('bus, coach')] } },
      'labels/sub/b.json': { objects: { objects: [{ label: 'cat', bounding_box: {} }] } },
      'labels/c.json': {},
      'data/a.jpg': '',
    },
    ...['a.jpg', 'sub/b.jpg', 'c.jpg'],
  )
  expect(result).toEqual({
    format: 'image-json',
    told: { 'a.jpg': { dog: 'present', 'bus, coach': 'present' }, 'sub/b.jpg': { cat: 'present' } },
    // Nobody says that c.jpg was looked at.
    rest: 3,
    problems: [],
  })
})

test('labelme: flags that are set, and shapes', async () => {
  const of = (imagePath: string, flags: object, ...labels: string[]) => ({
    ...{ version: '5.5.0', flags, imagePath, imageData: null },
    shapes: labels.map((label) => ({ label, points: [], shape_type: 'rectangle' })),
  })
  const files = {
    'sub/a.json': of('..\\photos\\a.jpg', { dog: true, cat: false }),
    'b.json': of('b.jpg', {}, 'cat', 'cat'),
    'broken.json': '{',
  }
  const result = await imported(files, 'a.jpg', 'b.jpg')
  expect(result).toMatchObject({ format: 'image-json', problems: ['no-annotation'] })
  expect(result.told).toEqual({ 'a.jpg': { dog: 'present' }, 'b.jpg': { cat: 'present' } })
})

test('ImageNet’s lists: numbers that synsets.txt names', async () => {
  const files = {
    'synsets.txt': 'dog\nbus, coach\n猫\n',
    'train.txt': 'a.jpg 0 2\n"set a/b 1".jpg 1\nc.jpg\nd.jpg 7\n',
    'images/a.jpg': '',
  }
  const result = await imported(files, 'a.jpg', 'set a/b 1.jpg', 'c.jpg', 'd.jpg')
  expect(result.told).toEqual({
    'a.jpg': { dog: 'present', 猫: 'present' },
    'set a/b 1.jpg': { 'bus, coach': 'present' },
  })
  // Neither c.jpg, of which nothing is told, nor d.jpg, whose number has no name.
  expect(result).toMatchObject({ format: 'imagenet-txt', rest: 3, problems: ['class-unknown'] })
})

test('Open Images as a folder: its list of labels', async () => {
  const files = {
    'annotations/train-annotations-human-imagelabels.csv':
      'ImageID,Source,LabelName,Confidence\na,verification,/m/1,1\na,verification,/m/2,0\n',
    'annotations/train-annotations-bbox.csv': 'ImageID,Source,LabelName,Confidence\na,x,/m/1,1\n',
    'annotations/class-descriptions.csv': '/m/1,Dog\n/m/2,Cat\n',
    'images/a.jpg': '',
  }
  const result = await imported(files, 'a.jpg')
  expect(result).toMatchObject({ format: 'open-images', told: { 'a.jpg': { Dog: 'present', Cat: 'absent' } } })
})

test.each([
  ['KITTI', { 'labels/a.txt': 'dog 0 0 0 34 26 205 154 0 0 0 0 0 0 0' }],
  ['Market-1501', { 'bounding_box_train/0002_c1.jpg': '', 'images_train.txt': 'bounding_box_train/0002_c1.jpg' }],
  ['MOT', { 'gt/gt.txt': '1,1,5,5,45,45,1,4,1', 'img1/1.jpg': '' }],
  ['without a file that says', { 'data/a.jpg': '' }],
])('%s is refused by its name', async (name, files) => {
  await expect(imported(files, 'a.jpg')).rejects.toMatchObject({
    code: 'format-foreign',
    message: expect.stringContaining(name),
  })
})

describe('Supervisely', () => {
  const tag = (name: string) => ({ name, value: null, tagId: 2 })
  const object = (classTitle: string) => ({ geometryType: 'rectangle', classTitle, tags: [] })
  const of = (tags: string[], objects: string[]) => ({
    ...{ size: { height: 10, width: 10 }, tags: tags.map(tag), objects: objects.map(object) },
  })
  const files = { 'd/ann/a.jpg.json': of(['outdoors'], []), 'd/ann/b.jpg.json': of([], ['dog']) }

  test('with tags and objects: it is asked which are labels', async () => {
    await expect(imported(files, 'a.jpg', 'b.jpg')).rejects.toMatchObject({
      code: 'field-unclear',
      message: expect.stringContaining('both tags (outdoors) and objects (dog)'),
      hint: 'Set the option “labels” to tags, classes or both.',
    })
  })

  test.each([
    ['tags', { 'a.jpg': { outdoors: 'present' } }],
    ['classes', { 'b.jpg': { dog: 'present' } }],
    ['both', { 'a.jpg': { outdoors: 'present' }, 'b.jpg': { dog: 'present' } }],
  ])('the answer %s', async (labels, told) => {
    expect((await importedAs({ labels }, files, 'a.jpg', 'b.jpg')).told).toEqual(told)
  })

  test('with one of them, that is taken', async () => {
    const boxes = { 'd/ann/a.jpg.json': of([], ['dog']), 'd/ann/b.jpg.json': of([], []) }
    expect((await imported(boxes, 'a.jpg', 'b.jpg')).told).toEqual({ 'a.jpg': { dog: 'present' } })
  })
})
