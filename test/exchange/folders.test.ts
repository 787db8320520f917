import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { readFileNames } from '../../src/main/exchange/read/fileNames.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

/** A folder of these files. */
function folderOf(files: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

function withImages(...names: string[]): MemoryProject {
  const project = new MemoryProject()
  for (const name of names) project.image(name)
  return project
}

async function planOf(
  format: string,
  place: string,
  project: MemoryProject,
  settings: Record<string, string> = {},
): Promise<ImportPlan> {
  expect((await formatOf(place)).id).toBe(format)
  return ImportPlan.make(format, await formatById(format).read!(place, { settings }), project.target())
}

const codes = (plan: ImportPlan) => plan.preview.problems.map(({ code, count }) => [code, count])

describe('PASCAL VOC', () => {
  const object = (name: string, difficult = 0) =>
    `<object><name>${name}</name><difficult>${difficult}</difficult><part><name>head</name></part></object>`
  const annotation = (file: string, ...objects: string[]) =>
    `<?xml version="1.0"?><annotation><folder>VOC2007</folder><filename>${file}</filename>${objects.join('')}</annotation>`

  test('XML: what is in the boxes is present, difficult is asked, the rest too', async () => {
    const folder = folderOf({
      'VOC2007/Annotations/000001.xml': annotation('000001.jpg', object('dog'), object('dog'), object('cat', 1)),
      'VOC2007/Annotations/000002.xml': annotation('000002.jpg', object('a &amp; b'), object('')),
      'VOC2007/Annotations/000003.xml': '<other/>',
    })
    const place = path.join(folder, 'VOC2007')
    const project = withImages('JPEGImages/000001.jpg', '000002.jpg')
    const plan = await planOf('voc', place, project)
    expect(codes(plan)).toEqual([
      ['object-unnamed', 1],
      ['no-annotation', 1],
    ])
    expect(plan.preview).toMatchObject({ rest: 1, images: { by: { path: 1, name: 1 } } })
    await plan.apply(project)
    expect(project.told()).toEqual({
      'JPEGImages/000001.jpg': { dog: 'present' },
      '000002.jpg': { 'a & b': 'present' },
    })
    const counting = await planOf('voc', place, withImages('000001.jpg'), { difficult: 'present' })
    expect(counting.preview.states.present).toBe(2)
  })

  test('ImageSets/Main: 1, −1, and 0 for what is difficult', async () => {
    const folder = folderOf({
      'ImageSets/Main/dog_train.txt': '000001  1\n000002 -1\n000003  0\n',
      'ImageSets/Main/dog_trainval.txt': '000001  1\n000002 -1\n000003  0\nnonsense\n',
      'ImageSets/Main/traffic_light_train.txt': '000001 -1\r\n000002  1\r\n',
      'ImageSets/Main/train.txt': '000001\n000002\n000003\n',
      'ImageSets/Layout/train.txt': '000009\n',
      'Annotations/000001.xml': annotation('000001.png', object('person')),
    })
    const project = withImages('000001.png', 'x/000002.jpg', '000003.jpg')
    const plan = await planOf('voc', folder, project)
    expect(codes(plan)).toEqual([['line-incomplete', 1]])
    expect(plan.preview).toMatchObject({ rest: null, images: { inFile: 3, matched: 3 } })
    await plan.apply(project)
    expect(project.told()).toEqual({
      '000001.png': { dog: 'present', traffic_light: 'absent' },
      'x/000002.jpg': { dog: 'absent', traffic_light: 'present' },
    })
    const counting = await planOf('voc', folder, withImages('000003.jpg'), { difficult: 'present' })
    expect(counting.preview.states).toMatchObject({ present: 1 })
  })

  test('a class of the background is none, unless an image shows it', async () => {
    const lists = { 'ImageSets/Main/dog_train.txt': '000001  1\n' }
    for (const [value, wanted] of [
      ['-1', { dog: 'present' }],
      [' 1', { dog: 'present', background: 'present' }],
    ] as const) {
      const folder = folderOf({ ...lists, 'ImageSets/Main/background_train.txt': `000001 ${value}\n` })
      const project = withImages('000001.jpg')
      await (await planOf('voc', folder, project)).apply(project)
      expect(project.told()).toEqual({ '000001.jpg': wanted })
    }
  })

  test('is written as its readers want it, with names that no disk would take', async () => {
    const project = withImages('sub/a.jpg', 'b.png', 'b.jpg')
    const [dog, slash] = [project.label('dog'), project.label('and/or')]
    project.mark(1, dog, 1)
    project.mark(1, slash, -1)
    project.mark(3, slash, 1)
    const folder = path.join(temporaryFolder(), 'out')
    const report = await formatById('voc').write!(project.source(), folder, { appVersion: '0' })
    const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
    expect(readdirSync(path.join(folder, 'ImageSets/Main'))).toEqual([
      'and_or_default.txt',
      'default.txt',
      'dog_default.txt',
    ])
    expect(read('ImageSets/Main/dog_default.txt')).toBe('sub/a  1\n')
    expect(read('ImageSets/Main/and_or_default.txt')).toBe('sub/a -1\nb.jpg  1\n')
    expect(read('ImageSets/Main/default.txt')).toBe('sub/a\nb.png\nb.jpg\n')
    expect(read('Annotations/sub/a.xml')).toContain('<filename>sub/a.jpg</filename>')
    expect(read('Annotations/sub/a.xml')).toContain('<xmax>640</xmax>')
    expect([...(await readFileNames(folder))]).toEqual([['and_or', 'and/or']])
    expect(report.warnings.map(({ code, count }) => [code, count])).toEqual([
      ['name-changed', 1],
      ['equal-stems', 2],
    ])
    const again = formatById('voc').write!(project.source(), folder, { appVersion: '0' })
    await expect(again).rejects.toMatchObject({ code: 'export-target' })
    const bad = { appVersion: '0', settings: { split: '../x' } }
    await expect(formatById('voc').write!(project.source(), `${folder}2`, bad)).rejects.toMatchObject({
      code: 'export-target',
    })
    expect(readdirSync(path.dirname(folder))).toEqual(['out'])
  })
})

describeWithShared('PASCAL VOC 2012', ['data/voc12-subset/labels.tsv'], () => {
  test('the labels of VOC 2012, laid out as the challenge does, come in whole', async () => {
    const [, ...lines] = readFileSync(sharedPath('data/voc12-subset/labels.tsv'), 'utf8').trim().split('\n')
    const rows = lines.map((line) => line.split('\t'))
    const labels = [...new Set(rows.flatMap(([, , names]) => names.split(' ')))].sort()
    const project = withImages(...rows.map(([name]) => name))
    const files = labels.map((label): [string, string] => [
      `ImageSets/Main/${label}_trainval.txt`,
      rows
        .map(([name, , names]) => `${name.slice(0, -4)} ${names.split(' ').includes(label) ? ' 1' : '-1'}\n`)
        .join(''),
    ])
    const plan = await planOf('voc', folderOf(Object.fromEntries(files)), project)
    const present = rows.flatMap(([, , names]) => names.split(' ')).length
    expect(plan.preview).toMatchObject({
      problems: [],
      images: { matched: rows.length, by: { path: rows.length } },
      states: { present, absent: rows.length * labels.length - present },
    })
  })
})

describe('YOLO', () => {
  test('detection: any box says present; what is wrong is listed', async () => {
    const folder = folderOf({
      'data.yaml': 'path: .\ntrain: images/train\nnc: 2\nnames: [dog, "big cat"]\n',
      'labels/train/a.txt': '0 0.5 0.5 1 1\n0 0.1 0.1 0.1 0.1\n1 0.5 0.5 0.2 0.2 0.3 0.3\n',
      'labels/val/sub/b.txt': '\n',
      'labels/val/c.txt': '7 0.5 0.5 1 1\nx 1\n',
      'images/train/a.jpg': '',
      'images/train/nolabel.jpg': '',
    })
    const project = withImages('a.jpg', 'images/val/sub/b.png', 'val/c.jpg')
    const plan = await planOf('yolo', folder, project)
    expect(codes(plan)).toEqual([
      ['class-unknown', 2],
      ['image-unlabelled', 1],
    ])
    // A file without a line may be one that nobody has looked at; what has no name may be any of the labels.
    expect(plan.preview).toMatchObject({ rest: 0, restEmpty: { images: 1, pairs: 2 } })
    expect(plan.preview.images).toMatchObject({ matched: 3, by: { path: 3 } })
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present', 'big cat': 'present' } })
  })

  test('two images of one name in two parts are not one image', async () => {
    const folder = folderOf({
      'data.yaml': 'names: {0: dog}\n',
      'labels/train/1.txt': '0 0 0 1 1',
      'labels/val/1.txt': '',
    })
    const plan = await planOf('yolo', folder, withImages('1.jpg'))
    expect(plan.preview.images).toMatchObject({ matched: 0, unmatched: 2 })
    expect(codes(plan)).toEqual([
      ['image-ambiguous', 2],
      ['label-unmatched', 1],
    ])
  })

  test.each([
    ['names: &a [*a, *a]\n', 'not-yolo'],
    [`names: ${'['.repeat(50_000)}`, 'not-yolo'],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((key, i) => `${key}: &${key} [${`*${'abcdefg'[i]},`.repeat(9)}]\n`).join('')}names: *h\n`,
      'not-yolo',
    ],
    ['names: {0: dog\n', 'not-yolo'],
    ['nothing: here\n', 'not-yolo'],
    ['names: {__proto__: dog, x: cat}\n', 'not-yolo'],
  ])('%.30j is a sentence', async (text, code) => {
    const folder = folderOf({ 'data.yaml': text, 'labels/a.txt': '0 0 0 1 1' })
    await expect(formatById('yolo').read!(folder, {})).rejects.toMatchObject({ code, name: 'UserError' })
  })

  test('older versions have a list of names', async () => {
    const project = withImages('a.jpg')
    await (await planOf('yolo', folderOf({ 'classes.txt': 'dog\ncat\n', 'labels/a.txt': '1 0 0 1 1' }), project)).apply(
      project,
    )
    expect(project.told()).toEqual({ 'a.jpg': { cat: 'present' } })
  })

  test('classification: below train, val and test', async () => {
    const folder = folderOf({
      'train/dog/a.jpg': '1',
      'val/cat/b.jpg': '2',
      'val/dog/readme.txt': '',
      'val/c.jpg': '3',
    })
    const project = withImages('a.jpg', 'val/cat/b.jpg')
    const plan = await planOf('yolo-cls', folder, project)
    expect(codes(plan)).toEqual([['no-folder', 1]])
    expect(plan.preview.rest).toBe(2)
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present' }, 'val/cat/b.jpg': { cat: 'present' } })
  })
})

describe('a folder for each label', () => {
  test('equal files of one name are one image with several labels; different ones are two', async () => {
    const folder = folderOf({
      'dog/a.jpg': 'same',
      'cat/a.jpg': 'same',
      'dog/1.jpg': 'one',
      'cat/1.jpg': 'two',
      'bird/.hidden.jpg': '',
    })
    const project = withImages('a.jpg', '1.jpg')
    const plan = await planOf('folders', folder, project)
    expect(plan.preview).toMatchObject({ images: { inFile: 3, matched: 1, unmatched: 2 } })
    expect(codes(plan)).toEqual([['image-ambiguous', 2]])
    expect(plan.preview.labels.map(({ name }) => name).sort()).toEqual(['bird', 'cat', 'dog'])
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { cat: 'present', dog: 'present' } })
    const inPlace = withImages('cat/1.jpg', 'dog/1.jpg')
    await (await planOf('folders', folder, inPlace)).apply(inPlace)
    expect(inPlace.told()).toEqual({ 'cat/1.jpg': { cat: 'present' }, 'dog/1.jpg': { dog: 'present' } })
    await expect(formatById('folders').read!(temporaryFolder(), {})).rejects.toMatchObject({ code: 'not-folders' })
  })

  test('what has no folder is told, and an image that is gone stops nothing', async () => {
    const project = withImages('a.jpg', 'b.jpg', 'c.jpg')
    const [dog, con] = [project.label('dog'), project.label('CON')]
    project.mark(1, dog, 1)
    project.mark(1, con, 1)
    project.mark(2, dog, -1)
    project.mark(3, dog, 1)
    const folder = path.join(temporaryFolder(), 'out')
    const placeImage = async ({ path: name }: { path: string }, destination: string) => {
      if (name === 'c.jpg') throw Object.assign(new Error('gone'), { code: 'ENOENT' })
      mkdirSync(path.dirname(destination), { recursive: true })
      writeFileSync(destination, name)
    }
    const report = await formatById('folders').write!(project.source(), folder, { appVersion: '0', placeImage })
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(
      ['_CON', '_CON/a.jpg', 'dog', 'dog/a.jpg', 'label-names.csv'].sort(),
    )
    expect(report.warnings.map(({ code, count }) => [code, count])).toEqual([
      ['name-changed', 1],
      ['nothing-present', 1],
      ['image-not-placed', 1],
      ['absent-unsaid', 1],
      ['unknown-unsaid', 2],
    ])
  })

  test('cancelled, or with no place on the disk, leaves nothing', async () => {
    const project = withImages('a.jpg')
    project.mark(1, project.label('dog'), 1)
    const folder = temporaryFolder()
    const target = path.join(folder, 'out')
    const write = (placeImage: () => Promise<void>, signal?: AbortSignal) =>
      formatById('folders').write!(project.source(), target, { appVersion: '0', placeImage, signal })
    await expect(write(async () => {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
    const full = async () => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    }
    await expect(write(full)).rejects.toMatchObject({ code: 'enospc' })
    expect(existsSync(target)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
    await expect(
      formatById('folders').write!(project.source(), temporaryFile('x', ''), { appVersion: '0' }),
    ).rejects.toMatchObject({ code: 'export-target' })
  })
})

describe('CVAT', () => {
  const file = (content: string) => temporaryFile('annotations.xml', content)
  const images = `<image id="0" name="a.jpg" width="1" height="1">
    <tag label="dog" source="manual"><attribute name="colour">red</attribute></tag>
    <box label="big &amp; cat" xtl="1"/></image>
    <image id="1" name="sub/b.jpg"><tag source="manual"/></image><image id="2"/>`

  test('tags and boxes say present; labels that are only declared come too', async () => {
    const project = withImages('a.jpg', 'b.jpg')
    const meta = '<meta><task><labels><label><name>bird</name></label></labels></task></meta>'
    const plan = await planOf(
      'cvat',
      file(`<annotations><version>1.1</version>${meta}${images}</annotations>`),
      project,
    )
    expect(codes(plan)).toEqual([
      ['attribute-left-out', 1],
      ['annotation-entry', 1],
      ['image-entry', 1],
    ])
    expect(plan.preview).toMatchObject({ rest: 1, restEmpty: { images: 0, pairs: 0 }, states: { present: 2 } })
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { dog: 'present', 'big & cat': 'present' } })
  })

  test.each([
    ['', 'not-xml'],
    ['<annotations><image name="a"></annotations>', 'not-xml'],
    ['<annotations>&bomb;</annotations>', 'not-xml'],
    ['<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><annotations>&c;</annotations>', 'not-xml'],
    ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotations><image name="&b;"/></annotations>', 'not-xml'],
    [`<annotations>${'<a>'.repeat(100_000)}`, 'not-xml'],
    [`<annotations><image name="${'x'.repeat(1_000_000)}"/></annotations>`, 'not-xml'],
    [`<annotations><meta><name>${'x '.repeat(1_000_000)}</name></meta></annotations>`, 'not-xml'],
    ['<other/>', 'not-cvat'],
    ['<annotations><track label="dog"><box frame="0"/></track></annotations>', 'not-cvat'],
    [`<annotations>${' '.repeat(3_000_000)}</annotations><x/>`, 'not-xml'],
  ])('%.60j is a sentence', async (text, code) => {
    await expect(formatById('cvat').read!(file(text), {})).rejects.toMatchObject({ code, name: 'UserError' })
  })

  test('another encoding is a sentence', async () => {
    const latin = path.join(temporaryFolder(), 'x.xml')
    writeFileSync(latin, Buffer.from('<annotations><image name="Bär.jpg"/></annotations>', 'latin1'))
    await expect(formatById('cvat').read!(latin, {})).rejects.toMatchObject({ code: 'not-utf8' })
  })
})
