import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { detect } from '../../src/main/exchange/formats/detect.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { withImages } from './cocoProject.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'

const annotation = (name: string | Buffer, encoding: string) =>
  Buffer.concat([
    Buffer.from(`<?xml version="1.0" encoding="${encoding}"?>\n<annotations><image id="0" name="a.jpg"><tag label="`),
    Buffer.from(name),
    Buffer.from('"/></image></annotations>'),
  ])

test.each<[string, Uint8Array]>([
  ['GBK', annotation(Buffer.from([0xb9, 0xb7]), 'GBK')],
  ['UTF-16', Buffer.from(`\ufeff${annotation('狗', 'UTF-16')}`, 'utf16le')],
  ['UTF-8', annotation('狗', 'utf-8')],
])('XML in the encoding that it declares: %s', async (_, bytes) => {
  const collected = await formatById('cvat').read!(temporaryFile('annotations.xml', bytes), {})
  expect(collected.labels.map((label) => label!.name)).toEqual(['狗'])
})

test('an empty XML file among many is told of, and the others are read', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'Annotations'))
  const voc = '<annotation><filename>b.jpg</filename><object><name>dog</name></object></annotation>'
  writeFileSync(path.join(folder, 'Annotations', 'a.xml'), '')
  writeFileSync(path.join(folder, 'Annotations', 'b.xml'), voc)
  writeFileSync(path.join(folder, 'Annotations', 'c.xml'), '<annotation><obj')
  const project = withImages('a.jpg', 'b.jpg', 'c.jpg')
  const plan = await ImportPlan.make('voc', await formatById('voc').read!(folder, {}), project.target())
  expect(plan.preview.problems).toMatchObject([{ code: 'xml-broken', count: 2 }])
  await plan.apply(project, { rest: 'absent-everywhere' })
  expect(project.told()).toEqual({ 'b.jpg': { dog: 'present' } })
})

test('names in YAML are the text that is there, whatever YAML makes of it', async () => {
  const names = ['no', 'on', '~', '007', '1.0', 'yes', '2024-01-02', '12:30', 'null', '0x1F']
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'labels'))
  const lines = names.map((name, at) => `  ${at}: ${name}\n`).join('')
  writeFileSync(path.join(folder, 'data.yaml'), `path: ../x  # root\nnames:\n${lines}`)
  writeFileSync(path.join(folder, 'labels', 'a.txt'), names.map((_, at) => `${at} 0 0 1 1\n`).join(''))
  const collected = await formatById('yolo').read!(folder, {})
  expect(collected.labels.map((label) => label!.name)).toEqual(names)
  expect(collected.problems.list()).toEqual([])
})

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()
const ways: Record<string, (text: string) => Uint8Array> = {
  'UTF-8 with a byte order mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16, big-endian': (text) => utf16be(`\ufeff${text}`),
  'UTF-16 without a byte order mark': (text) => Buffer.from(text, 'utf16le'),
}
const coco = {
  images: [{ id: 1, file_name: 'a.jpg', width: 2, height: 2 }],
  annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 1, 1] }],
  categories: [{ id: 1, name: '狗' }],
}
/** A text by its file’s name; what is beside it stays UTF-8. */
const texts: [name: string, text: string, beside?: Record<string, string>][] = [
  ['coco.json', JSON.stringify(coco)],
  ['x.jsonl', '{"image":"a.jpg","labels":["狗"]}\n{"image":"b.jpg","labels":[]}\n'],
  ['x.json', '[{"image":"a.jpg","labels":["狗"]}]'],
  ['x.csv', 'image,label\na.jpg,狗\n'],
  ['a.json', JSON.stringify({ imagePath: 'a.jpg', flags: { 狗: true }, shapes: [] })],
  ['tasks.json', JSON.stringify([{ data: { image: 'a.jpg' }, annotations: [{ result: [choice('狗')] }] }])],
  ['annotations.xml', '<annotations><image id="0" name="a.jpg"><tag label="狗"/></image></annotations>'],
  ['data.yaml', 'names:\n  0: 狗\n', { 'labels/a.txt': '0 0.5 0.5 1 1\n' }],
]

function choice(name: string) {
  return { type: 'choices', from_name: 'labels', to_name: 'image', value: { choices: [name] } }
}

test.each(texts.flatMap(([name, text, beside]) => Object.keys(ways).map((way) => [name, way, text, beside] as const)))(
  '%s in %s',
  async (name, way, text, beside) => {
    const folder = temporaryFolder()
    for (const [other, content] of Object.entries(beside ?? {})) {
      mkdirSync(path.dirname(path.join(folder, other)), { recursive: true })
      writeFileSync(path.join(folder, other), content)
    }
    writeFileSync(path.join(folder, name), ways[way](text))
    const found = await detect(beside ? folder : path.join(folder, name))
    const project = withImages('a.jpg', 'b.jpg')
    const plan = await ImportPlan.make(found.format.id, await found.format.read!(found.place, {}), project.target())
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { 狗: 'present' } })
  },
)
