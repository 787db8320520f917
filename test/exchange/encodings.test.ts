import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
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
