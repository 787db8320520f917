import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { sinkOf } from '../../src/main/app/exchange/importing.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import type { Project } from '../../src/main/project/project.ts'
import { ids, newProject, scanned } from '../project/support.ts'
import { sourceOf, targetOf } from './betweenRooms.ts'
import { expectCocoRules } from './cocoRules.ts'
import { temporaryFolder } from './folder.ts'

async function exportTo(project: Project, file: string): Promise<string> {
  const snapshot = project.snapshot()
  try {
    await formatById('coco').write!(sourceOf(project, snapshot), file, { appVersion: '0' })
  } finally {
    snapshot.close()
  }
  return readFileSync(file, 'utf8')
}

async function planOf(project: Project, file: string): Promise<ImportPlan> {
  return ImportPlan.make('coco', await formatById('coco').read!(file, {}), await targetOf(project))
}

test('a project exported to COCO and imported into a new one is the same project', async () => {
  const images = ['ä/1.jpg', 'b.jpg', 'c.jpg', 'gone.jpg']
  const project = newProject({
    name: 'Küste',
    labels: [{ name: 'Möwe', key: 'm', description: 'a gull' }, 'Boot', 'Hund'],
    images,
  })
  const [gull, boat, hound] = project.labels.list()
  const model = project.models.add({
    kind: 'blend',
    backbone: 'tiny',
    seed: 7,
    device: 'cpu',
    metrics: { mAP: 0.75 },
    labelIds: [gull.id, boat.id],
    file: 'models/1.onnx',
  })
  const [one, two, , gone] = ids(project)
  project.states.set(
    [
      {
        imageId: one,
        labelId: gull.id,
        state: 1,
        source: 'accepted_suggestion',
        modelId: model.id,
        score: 0.123456789012345,
      },
      { imageId: one, labelId: boat.id, state: -1, decidedAt: 1_700_000_000_123 },
      { imageId: two, labelId: hound.id, state: 1, source: 'import', annotator: null },
      { imageId: gone, labelId: boat.id, state: 1 },
    ],
    { title: 'Mark', annotator: 'Anna' },
  )
  project.images.applyScan({ missing: [gone] })
  project.labels.remove(hound.id)
  const folder = temporaryFolder()
  const text = await exportTo(project, path.join(folder, 'a.json'))
  const coco = expectCocoRules(text)
  expect(coco.images.map((image) => image.file_name)).toEqual(['ä/1.jpg', 'b.jpg', 'c.jpg'])

  const copy = newProject({ name: 'Küste', images })
  copy.images.applyScan({ missing: [ids(copy)[3]] })
  const plan = await planOf(copy, path.join(folder, 'a.json'))
  expect(plan.preview).toMatchObject({
    ours: true,
    states: { present: 2, absent: 1, fresh: 3 },
    images: { unmatched: 0 },
  })
  expect(copy.labels.list()).toEqual([])
  await copy.editLarge({ title: 'Import a.json' }, (edit) => plan.apply(sinkOf(edit)))

  expect(copy.labels.list().map(({ id: _, ...label }) => label)).toEqual(
    project.labels.list().map(({ id: _, ...label }) => label),
  )
  expect([...copy.images.known()].map(({ uid }) => uid)).toEqual([...project.images.known()].map(({ uid }) => uid))
  const statesOf = (of: Project) =>
    ids(of).map((id) =>
      of.states.ofImage(id).map(({ labelId, modelId, ...state }) => ({
        ...state,
        label: of.labels.get(labelId)!.uid,
        model: modelId === null ? null : of.models.get(modelId)!.uid,
      })),
    )
  expect(statesOf(copy)).toEqual(statesOf(project))
  expect(copy.models.byUid(model.uid)).toMatchObject({ kind: 'blend', seed: 7, metrics: { mAP: 0.75 }, file: null })
  expect(await copy.check()).toEqual([])

  // One undo takes back all of it, labels too; and the redo brings the same.
  await copy.history.undo()
  expect([copy.labels.list(), copy.images.counts().started]).toEqual([[], 0])
  await copy.history.redo()
  expect(statesOf(copy)).toEqual(statesOf(project))
  // Once more says nothing new.
  const again = await planOf(copy, path.join(folder, 'a.json'))
  expect(again.preview.states).toMatchObject({ fresh: 0, same: 3, conflicting: 0 })
  const before = copy.history.list(1)[0].id
  await copy.editLarge({ title: 'Import again' }, (edit) => again.apply(sinkOf(edit)))
  expect(copy.history.list(1)[0].id).toBe(before)
})

test('marking goes on during an export, which stays what it was', async () => {
  const project = newProject({ labels: ['dog'], images: Array.from({ length: 3000 }, (_, i) => `${i}.jpg`) })
  project.states.set(
    ids(project).map((imageId) => ({ imageId, labelId: 1, state: 1 })),
    { title: 'all' },
  )
  const folder = temporaryFolder()
  const before = await exportTo(project, path.join(folder, 'before.json'))
  const during = exportTo(project, path.join(folder, 'during.json'))
  project.states.set(
    ids(project).map((imageId) => ({ imageId, labelId: 1, state: -1 })),
    { title: 'none' },
  )
  project.labels.add({ name: 'cat' })
  project.images.applyScan({ added: [scanned('late.jpg')] })
  expect(await during).toBe(before)
  expect(await exportTo(project, path.join(folder, 'after.json'))).not.toBe(before)
})

test('an import that fails leaves nothing', async () => {
  const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
  const folder = temporaryFolder()
  project.states.set([{ imageId: 1, labelId: 1, state: 1 }], { title: 'x' })
  await exportTo(project, path.join(folder, 'a.json'))
  const copy = newProject({ images: ['a.jpg'] })
  const plan = await planOf(copy, path.join(folder, 'a.json'))
  const work = copy.editLarge({ title: 'Import' }, async (edit) => {
    await plan.apply(sinkOf(edit))
    throw new Error('at the last moment')
  })
  await expect(work).rejects.toThrow('at the last moment')
  expect([copy.labels.list(), copy.history.undoTitle, copy.images.counts().started]).toEqual([[], null, 0])
})
