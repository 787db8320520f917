import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ProjectChange } from '../../src/main/domain/change.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import type { Project } from '../../src/main/project/project.ts'
import { closing, ids, newProject, scanned, userError } from './support.ts'

/** One label, some images. */
function withImages(count: number): { project: Project; dog: number } {
  const project = newProject({ labels: ['dog', 'cat'], images: Array.from({ length: count }, (_, i) => `${i}.jpg`) })
  return { project, dog: project.labels.list()[0].id }
}

function mark(project: Project, imageId: number, labelId: number, state: 1 | 0 | -1, title = 'Mark'): number {
  return project.states.set([{ imageId, labelId, state }], { title })
}

describe('states', () => {
  test('keep where they came from', () => {
    const { project, dog } = withImages(2)
    const model = project.models.add({
      kind: 'sst',
      backbone: 'tiny',
      seed: 1,
      device: 'cpu',
      metrics: {},
      labelIds: [dog],
      file: null,
    })
    const cat = project.labels.list()[1].id
    project.states.set(
      [
        { imageId: 1, labelId: dog, state: 1 },
        {
          imageId: 1,
          labelId: cat,
          state: -1,
          source: 'accepted_suggestion',
          modelId: model.id,
          score: 0.03125,
          decidedAt: 5,
        },
        { imageId: 2, labelId: cat, state: 1, source: 'import', annotator: null },
      ],
      { title: 'Mark', at: 1000, annotator: 'Anna' },
    )
    expect(project.states.ofImage(1)).toEqual([
      { labelId: dog, state: 1, source: 'human', decidedAt: 1000, modelId: null, score: null, annotator: 'Anna' },
      {
        labelId: cat,
        state: -1,
        source: 'accepted_suggestion',
        decidedAt: 5,
        modelId: model.id,
        score: 0.03125,
        annotator: 'Anna',
      },
    ])
    expect(project.states.ofImage(2)).toMatchObject([{ labelId: cat, source: 'import', annotator: null }])
  })

  test('the same again is no change; the same from another source is', () => {
    const { project, dog } = withImages(1)
    expect(mark(project, 1, dog, 1)).toBe(1)
    expect(mark(project, 1, dog, 1)).toBe(0)
    expect(mark(project, 1, dog, 0)).toBe(1)
    expect(mark(project, 1, dog, 0)).toBe(0)
    expect(project.history.list(10)).toHaveLength(2)
    project.states.set([{ imageId: 1, labelId: dog, state: 1, source: 'import' }], { title: 'Import' })
    expect(mark(project, 1, dog, 1)).toBe(1)
    expect(project.states.ofImage(1)).toMatchObject([{ source: 'human' }])
    expect(project.labels.get(dog)).toMatchObject({ presentCount: 1, absentCount: 0 })
  })

  test('of an image or a label that is not there: nothing is written', () => {
    const { project, dog } = withImages(1)
    expect(() => mark(project, 99, dog, 1)).toThrow('no such image')
    expect(() => mark(project, 1, 99, 1)).toThrow('This label no longer exists')
    const changes = [
      { imageId: 1, labelId: dog, state: 1 as const },
      { imageId: 99, labelId: dog, state: 1 as const },
    ]
    expect(() => project.states.set(changes, { title: 'x' })).toThrow('no such image')
    expect(project.states.ofImage(1)).toEqual([])
    expect(project.history.list(10)).toEqual([])
  })
})

describe('undo and redo', () => {
  test('go back and forth, also after opening again', async () => {
    const { project, dog } = withImages(3)
    mark(project, 1, dog, 1, 'one')
    mark(project, 1, dog, -1, 'two')
    mark(project, 2, dog, 1, 'three')
    expect(project.history).toMatchObject({ undoTitle: 'three', redoTitle: null })
    expect(await project.history.undo()).toEqual({
      title: 'three',
      stateChanges: 1,
      labelChanges: 0,
      firstImageId: 2,
      firstLabelId: dog,
    })
    await project.history.undo()
    expect(project.states.ofImage(1)).toMatchObject([{ state: 1 }])
    expect(project.history).toMatchObject({ undoTitle: 'one', redoTitle: 'two' })
    project.close()

    const again = closing(openProject(project.path))
    expect(again.history).toMatchObject({ undoTitle: 'one', redoTitle: 'two' })
    await again.history.redo()
    await again.history.redo()
    expect(again.history).toMatchObject({ undoTitle: 'three', redoTitle: null })
    expect(await again.history.redo()).toBeNull()
    for (const _ of [1, 2, 3]) await again.history.undo()
    expect(await again.history.undo()).toBeNull()
    expect(again.states.ofImage(1)).toEqual([])
    expect(again.labels.get(dog)).toMatchObject({ presentCount: 0, absentCount: 0 })
    expect(again.history).toMatchObject({ undoTitle: null, redoTitle: 'one' })
    expect(await again.check()).toEqual([])
  })

  test('a new action after an undo hides what could have been redone', async () => {
    const { project, dog } = withImages(3)
    mark(project, 1, dog, 1, 'one')
    mark(project, 2, dog, 1, 'two')
    await project.history.undo()
    await project.history.undo()
    mark(project, 3, dog, 1, 'three')
    expect(project.history).toMatchObject({ undoTitle: 'three', redoTitle: null })
    await project.history.undo()
    expect(project.history).toMatchObject({ undoTitle: null, redoTitle: 'three' })
    await project.history.redo()
    expect([1, 2, 3].map((id) => project.states.ofImage(id).length)).toEqual([0, 0, 1])
  })

  test('bring back the old decision whole, with its source and time', async () => {
    const { project, dog } = withImages(1)
    project.states.set([{ imageId: 1, labelId: dog, state: 1, source: 'import', annotator: 'Bo', score: 0.1 }], {
      title: 'Import',
      at: 77,
    })
    const before = project.states.ofImage(1)
    mark(project, 1, dog, -1)
    await project.history.undo()
    expect(project.states.ofImage(1)).toEqual(before)
    mark(project, 1, dog, 0)
    await project.history.undo()
    expect(project.states.ofImage(1)).toEqual(before)
  })

  test('one action may change labels and states together', async () => {
    const { project, dog } = withImages(2)
    mark(project, 1, dog, 1)
    const fish = project.edit({ title: 'Import file.csv' }, (edit) => {
      const id = edit.addLabel({ name: 'fish', key: 'f', uid: 'the-uid' })
      edit.setState({ imageId: 2, labelId: id, state: 1 })
      edit.setState({ imageId: 2, labelId: dog, state: -1 })
      edit.removeLabel(project.labels.byName('cat')!.id)
      edit.updateLabel(id, { name: 'cat' })
      return id
    })
    expect(project.labels.list().map(({ name, uid }) => [name, uid.length])).toEqual([
      ['dog', 36],
      ['cat', 7],
    ])
    expect(project.history.list(1)).toMatchObject([{ title: 'Import file.csv', stateChanges: 2, labelChanges: 4 }])
    await project.history.undo()
    expect(project.labels.list().map(({ name }) => name)).toEqual(['dog', 'cat'])
    expect(project.labels.get(fish)?.removed).toBe(true)
    expect(project.states.ofImage(2)).toEqual([])
    await project.history.redo()
    expect(project.labels.get(fish)).toMatchObject({ name: 'cat', removed: false, presentCount: 1 })
    expect(await project.check()).toEqual([])
  })

  test('the same pair twice in one action goes back to what was before both', async () => {
    const { project, dog } = withImages(1)
    const twice = [1, -1].map((state) => ({ imageId: 1, labelId: dog, state: state as 1 | -1 }))
    project.states.set(twice, { title: 'twice' })
    expect(project.states.ofImage(1)).toMatchObject([{ state: -1 }])
    await project.history.undo()
    expect(project.states.ofImage(1)).toEqual([])
    await project.history.redo()
    expect(project.states.ofImage(1)).toMatchObject([{ state: -1 }])
  })

  test('an action that fails leaves nothing', () => {
    const { project, dog } = withImages(1)
    const error = userError(() =>
      project.edit({ title: 'x' }, (edit) => {
        edit.addLabel({ name: 'fish' })
        edit.setState({ imageId: 1, labelId: dog, state: 1 })
        edit.addLabel({ name: 'DOG' })
      }),
    )
    expect(error.code).toBe('label-name-taken')
    expect(project.labels.byName('fish')).toBeUndefined()
    expect(project.states.ofImage(1)).toEqual([])
    expect(project.history.undoTitle).toBeNull()
  })
})

test('the list tells what was done, and what is taken back at the moment', async () => {
  const { project, dog } = withImages(3)
  mark(project, 1, dog, 1, 'one')
  mark(project, 2, dog, 1, 'two')
  await project.history.undo()
  mark(project, 3, dog, 1, 'three')
  await project.history.undo()
  await project.history.redo()
  const list = project.history.list(10)
  expect(list.map(({ kind, title, undone }) => [kind, title, undone])).toEqual([
    ['redo', 'three', false],
    ['undo', 'three', false],
    ['do', 'three', false],
    ['undo', 'two', false],
    ['do', 'two', true],
    ['do', 'one', false],
  ])
  expect(list.every(({ at, stateChanges }) => at > 1e12 && stateChanges === 1)).toBe(true)
  expect(project.history.list(2, list[1].id).map(({ id }) => id)).toEqual([list[2].id, list[3].id])
})

describe('large actions', () => {
  const count = 9000

  function* everything(labelId: number): Generator<{ imageId: number; labelId: number; state: 1 | -1 }> {
    for (let imageId = 1; imageId <= count; imageId++) yield { imageId, labelId, state: imageId % 3 === 0 ? 1 : -1 }
  }

  test('are read as they were before until they are whole, keep others from writing, and are undone at once', async () => {
    const { project, dog } = withImages(count)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const work = project.editLarge({ title: 'Import' }, async (edit) => {
      const changed = await edit.setStates(everything(dog))
      expect(userError(() => project.labels.add({ name: 'x' })).code).toBe('project-busy')
      expect(project.images.count({ labels: [{ labelId: dog, is: 'known' }] })).toBe(0)
      return changed
    })
    await expect(project.history.undo()).rejects.toMatchObject({ code: 'project-busy' })
    expect(await work).toBe(count)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
    expect(project.labels.get(dog)).toMatchObject({ presentCount: 3000, absentCount: 6000 })
    expect(project.history.list(1)).toMatchObject([{ stateChanges: count }])
    await project.history.undo()
    expect(project.labels.get(dog)).toMatchObject({ presentCount: 0, absentCount: 0 })
    await project.history.redo()
    expect(project.images.counts().started).toBe(count)
    expect(await project.check()).toEqual([])
  })

  test('can be undone as soon as they are told of', async () => {
    const { project, dog } = withImages(count)
    const told = Promise.withResolvers<string | undefined>()
    const stop = project.onChange(() => {
      stop()
      project.history.undo().then((undone) => told.resolve(undone?.title), told.reject)
    })
    await project.editLarge({ title: 'Import' }, (edit) => edit.setStates(everything(dog)))
    expect(await told.promise).toBe('Import')
    expect(project.labels.get(dog)).toMatchObject({ presentCount: 0, absentCount: 0 })
    expect(await project.check()).toEqual([])
  })

  test('take an async source, tell how far they are, and can be cancelled: then nothing is written', async () => {
    const { project, dog } = withImages(count)
    // Slow enough to be told of several times, on any machine.
    async function* source() {
      for (const change of everything(dog)) {
        if (change.imageId % 1000 === 0) await setTimeout(15)
        yield change
      }
    }
    const controller = new AbortController()
    const progress: number[] = []
    const options = {
      signal: controller.signal,
      onProgress: (done: number) => {
        progress.push(done)
        if (progress.length === 3) controller.abort()
      },
    }
    const work = project.editLarge({ title: 'Import' }, (edit) => edit.setStates(source(), options))
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
    expect(progress).toHaveLength(3)
    expect(project.images.counts().started).toBe(0)
    expect(project.history.undoTitle).toBeNull()
    expect(mark(project, 1, dog, 1)).toBe(1)

    const undoing = new AbortController()
    await project.history.undo()
    await project.editLarge({ title: 'Import' }, (edit) => edit.setStates(source()))
    const undo = project.history.undo({ signal: undoing.signal, onProgress: () => undoing.abort() })
    await expect(undo).rejects.toMatchObject({ code: 'cancelled' })
    expect(project.images.counts().started).toBe(count)
    expect(project.history.undoTitle).toBe('Import')
  })

  test('closing the project gives them up', async () => {
    const { project, dog } = withImages(count)
    const work = project.editLarge({ title: 'Import' }, (edit) =>
      edit.setStates(everything(dog), { onProgress: () => project.close() }),
    )
    await expect(work).rejects.toMatchObject({ code: 'project-closed' })
    const again = closing(openProject(project.path))
    expect(again.images.counts().started).toBe(0)
    expect(again.history.undoTitle).toBeNull()
    expect(await again.check()).toEqual([])
  })

  test('bring models and identities with them', async () => {
    const project = newProject({ labels: ['dog'], images: ['a.jpg', 'b.jpg'] })
    const model = {
      kind: 'sst',
      backbone: 'tiny',
      seed: 1,
      device: null,
      metrics: { mAP: 0.5 },
      labelIds: [1],
      file: null,
    }
    const kinds: string[] = []
    project.onChange((change) => kinds.push(change.kind))
    await project.editLarge({ title: 'Import' }, async (edit) => {
      const modelId = edit.addModel({ ...model, uid: 'model-uid' })
      expect(edit.addModel({ ...model, uid: 'model-uid' })).toBe(modelId)
      edit.adoptImageUid(1, 'image-uid')
      edit.adoptImageUid(2, 'image-uid')
      edit.setState({ imageId: 1, labelId: 1, state: 1, source: 'accepted_suggestion', modelId, score: 0.9 })
    })
    expect(project.images.byUid('image-uid')?.id).toBe(1)
    expect(project.models.byUid('model-uid')).toMatchObject({ metrics: { mAP: 0.5 }, file: null, current: false })
    expect(kinds.sort()).toEqual(['images', 'models', 'states'])
  })
})

test('changes are told after the commit', async () => {
  const { project, dog } = withImages(2)
  const told: ProjectChange[] = []
  const stop = project.onChange((change) => told.push(change))
  mark(project, 1, dog, 1)
  expect(told).toMatchObject([{ kind: 'states' }])
  const [{ delta }] = told as { kind: 'states'; delta: { imageIds: Int32Array; states: Int8Array; length: number } }[]
  expect({ length: delta.length, images: [...delta.imageIds], states: [...delta.states] }).toEqual({
    length: 1,
    images: [1],
    states: [1],
  })
  await project.history.undo()
  project.labels.add({ name: 'fish' })
  project.images.applyScan({ added: [scanned('x.jpg')] })
  project.settings.set({ annotator: 'Bo' })
  project.models.setCurrent(null)
  mark(project, 1, dog, 0)
  expect(told.map(({ kind }) => kind)).toEqual(['states', 'states', 'labels', 'images', 'settings', 'models'])
  stop()
  mark(project, 2, dog, 1)
  expect(told).toHaveLength(6)
})

test('models and settings', () => {
  const { project, dog } = withImages(1)
  const model = {
    kind: 'sst',
    backbone: 'tiny',
    seed: null,
    device: 'cpu',
    metrics: { mAP: 0.5, perLabel: [0.5, null] },
    labelIds: [dog],
    file: 'm.onnx',
  }
  const first = project.models.add({ ...model, createdAt: 1 }, { current: true })
  const second = project.models.add({ ...model, createdAt: 2 }, { current: true })
  expect(project.models.current()).toEqual(second)
  expect(project.models.list().map(({ id, current }) => [id, current])).toEqual([
    [second.id, true],
    [first.id, false],
  ])
  project.models.setCurrent(first.id)
  expect(project.models.current()).toEqual({ ...first, current: true })
  expect(() => project.models.setCurrent(99)).toThrow('There is no such model')
  expect(project.models.current()?.id).toBe(first.id)
  project.models.setCurrent(null)
  expect(project.models.current()).toBeUndefined()

  project.settings.set({ name: ' Birds ', seed: 3 })
  expect(project.settings.all()).toMatchObject({ name: 'Birds', seed: 3, device: 'auto' })
  expect(() => project.settings.set({ seed: -1, name: 'x' })).toThrow()
  expect(project.name).toBe('Birds')
  expect(ids(project)).toEqual([1])
})
