import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
const script = path.join(import.meta.dirname, 'independent.py')

/** What a reader of another's making finds in a file: by image, the labels that are present (1) and absent (−1). */
function readBy(format: string, place: string): unknown {
  const { stdout, stderr } = spawnSync('python3', ['-X', 'utf8', script, format, place], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

function holiday(): MemoryProject {
  const project = new MemoryProject()
  for (const name of ['Ämter/ä b.jpg', 'c.png', 'd/e/f.jpeg', 'plain.jpg']) project.image(name)
  const labels = ['dog', 'Küste "wild", weit', '犬 & <cat>'].map((name) => project.label(name))
  for (const [image, label, state] of [
    [1, 0, 1],
    [1, 1, -1],
    [2, 2, 1],
    [2, 0, 1],
    [3, 1, -1],
  ] as const) {
    project.mark(image, labels[label], state)
  }
  return project
}

/** @param withAbsent, withUnlabelled what the format has a place for */
function expected(project: MemoryProject, { absent, unlabelled }: { absent: boolean; unlabelled: boolean }): unknown {
  const names = new Map(project.labels.map(({ id, name }) => [id, name]))
  return Object.fromEntries(
    project.images
      .filter(({ id }) => unlabelled || project.statesOf(id).length > 0)
      .map(({ id, path: file }) => [
        file,
        Object.fromEntries(
          project
            .statesOf(id)
            .filter(({ state }) => absent || state === 1)
            .map(({ labelId, state }) => [names.get(labelId), state]),
        ),
      ]),
  )
}

async function placeImage({ path: name }: { path: string }, destination: string): Promise<void> {
  mkdirSync(path.dirname(destination), { recursive: true })
  writeFileSync(destination, name)
}

describe.skipIf(!hasPython)('read by a program of another’s making (needs python3)', () => {
  test.each([
    ['coco', 'x.json'],
    ['lvis', 'x.json'],
    ['csv-wide', 'x.csv'],
    ['csv-wide', 'x.tsv'],
    ['cvat', 'x.xml'],
    ['huggingface', 'x'],
    ['fiftyone', 'x'],
  ])('%s as %s', async (id, name) => {
    const format = formatById(id)
    const project = holiday()
    const target = path.join(temporaryFolder(), name)
    const placing = format.images === 'needed' ? placeImage : undefined
    await format.write!(project.source(), target, { appVersion: '0', placeImage: placing })
    expect(readBy(id, target)).toEqual(expected(project, format.says))
  })

  test('voc, where names are those of files', async () => {
    const project = new MemoryProject()
    for (const name of ['a.jpg', 'b.png', 'c.jpg']) project.image(name)
    const [dog, light] = [project.label('dog'), project.label('traffic_light')]
    project.mark(1, dog, 1)
    project.mark(1, light, -1)
    project.mark(2, light, 1)
    const target = path.join(temporaryFolder(), 'x')
    await formatById('voc').write!(project.source(), target, { appVersion: '0' })
    expect(readBy('voc', target)).toEqual(expected(project, { absent: true, unlabelled: true }))
  })
})

describeWithShared('a real COCO file', ['data/coco-mini/instances_val.json'], () => {
  const file = sharedPath('data/coco-mini/instances_val.json')

  test('comes in as its boxes say, and goes out to each format and back', async () => {
    const data = JSON.parse(readFileSync(file, 'utf8')) as {
      images: { id: number; file_name: string }[]
      annotations: { image_id: number; category_id: number }[]
      categories: { id: number; name: string }[]
    }
    const project = new MemoryProject()
    for (const { file_name } of data.images) project.image(file_name)
    const coco = formatById('coco')
    const plan = await ImportPlan.make('coco', await coco.read!(file, {}), project.target())
    const pairs = new Set(data.annotations.map(({ image_id, category_id }) => `${image_id} ${category_id}`))
    expect(plan.preview).toMatchObject({
      problems: [],
      images: { matched: data.images.length, unmatched: 0 },
      states: { present: pairs.size, absent: 0 },
      rest: data.images.length * data.categories.length - pairs.size,
    })
    await plan.apply(project, { rest: 'absent' })
    for (const [id, name] of [
      ['csv', 'x.csv'],
      ['csv-wide', 'x.csv'],
      ['open-images', 'x.csv'],
      ['lvis', 'x.json'],
      ['voc', 'x'],
      ['label-studio', 'x.json'],
      ['datumaro', 'x.json'],
      ['npy', 'x.npy'],
    ]) {
      const format = formatById(id)
      const target = path.join(temporaryFolder(), name)
      await format.write!(project.source(), target, { appVersion: '0' })
      const fresh = new MemoryProject()
      for (const { file_name } of data.images) fresh.image(file_name)
      const again = await ImportPlan.make(id, await format.read!(target, {}), fresh.target())
      expect(again.preview.problems, id).toEqual([])
      await again.apply(fresh)
      expect(fresh.told(), id).toEqual(project.told())
    }
  })
})
