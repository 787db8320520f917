import { expect, test } from 'vitest'
import { openProject } from '../../src/main/project/file/open.ts'
import type { Project } from '../../src/main/project/project.ts'
import { closing, ids, newProject, scanned } from './support.ts'

const count = 5000

function withStates(): Project {
  const project = newProject({
    labels: ['dog', 'cat', 'cow'],
    images: Array.from({ length: count }, (_, i) => `${i}.jpg`),
  })
  project.edit({ title: 'Mark' }, (edit) => {
    for (let imageId = 1; imageId <= count; imageId++) {
      for (const labelId of [1, 2, 3]) edit.setState({ imageId, labelId, state: stateAt(imageId, labelId) })
    }
  })
  return project
}

function stateAt(imageId: number, labelId: number): 1 | 0 | -1 {
  return (((imageId * 7 + labelId * 3) % 3) - 1) as 1 | 0 | -1
}

/** The matrix must say what the rows say. */
async function expectSame(project: Project): Promise<void> {
  const matrix = await project.states.matrix()
  expect([...matrix.imageIds]).toEqual(ids(project))
  expect([...matrix.labelIds]).toEqual(
    project.labels
      .list()
      .map(({ id }) => id)
      .sort((a, b) => a - b),
  )
  const expected = new Int8Array(matrix.rows * matrix.columns)
  for (const [row, imageId] of matrix.imageIds.entries()) {
    for (const { labelId, state } of project.states.ofImage(imageId)) {
      expected[row * matrix.columns + matrix.columnOf(labelId)] = state
    }
  }
  expect(Buffer.from(matrix.states.slice().buffer).equals(Buffer.from(expected.buffer))).toBe(true)
}

test('is read once, row by row, and says what the rows say', async () => {
  const project = withStates()
  project.close()
  const again = closing(openProject(project.path))
  expect(again.states.loadedMatrix).toBeUndefined()
  const [matrix, same] = await Promise.all([again.states.matrix(), again.states.matrix()])
  expect(same).toBe(matrix)
  expect(again.states.loadedMatrix).toBe(matrix)
  expect(matrix).toMatchObject({ rows: count, columns: 3 })
  for (const imageId of [1, 2, 3, count])
    for (const labelId of [1, 2, 3]) expect(matrix.get(imageId, labelId)).toBe(stateAt(imageId, labelId))
  expect([matrix.get(count + 1, 1), matrix.get(1, 99), matrix.rowOf(0), matrix.columnOf(-1)]).toEqual([0, 0, -1, -1])
  await expectSame(again)
})

test('follows marks, undo, redo, labels and new images', async () => {
  const project = withStates()
  await project.states.matrix()
  project.states.set([{ imageId: 5, labelId: 2, state: 1 }], { title: 'x' })
  await expectSame(project)
  await project.history.undo()
  await expectSame(project)
  const fish = project.labels.add({ name: 'fish' })
  project.states.set([{ imageId: 9, labelId: fish.id, state: -1 }], { title: 'x' })
  await expectSame(project)
  project.labels.remove(2)
  await expectSame(project)
  project.images.applyScan({ added: Array.from({ length: 700 }, (_, i) => scanned(`new/${i}.jpg`)) })
  project.states.set([{ imageId: count + 700, labelId: fish.id, state: 1 }], { title: 'x' })
  await expectSame(project)
  await project.history.undo()
  await project.history.undo()
  await expectSame(project)
  project.labels.reorder(
    project.labels
      .list()
      .map(({ id }) => id)
      .reverse(),
  )
  await expectSame(project)
  await project.editLarge({ title: 'all' }, async (edit) => {
    edit.addLabel({ name: 'goat' })
    await edit.setStates(ids(project).map((imageId) => ({ imageId, labelId: 1, state: -1 })))
  })
  await expectSame(project)
  await project.history.undo()
  await expectSame(project)
})

test('changes made while it is read are not lost', async () => {
  const project = withStates()
  project.close()
  const again = closing(openProject(project.path))
  const loading = again.states.matrix()
  let round = 0
  const timer = setInterval(() => {
    round++
    again.states.set(
      [
        { imageId: round, labelId: 1, state: 1 },
        { imageId: count + 1 - round, labelId: 1, state: -1 },
      ],
      { title: 'x' },
    )
    if (round === 2) again.labels.remove(2)
    if (round === 3) again.labels.add({ name: `label ${round}` })
    if (round === 4) again.images.applyScan({ added: [scanned('late.jpg')] })
    if (round === 5) void again.history.undo()
  }, 0)
  await loading
  clearInterval(timer)
  expect(round).toBeGreaterThan(0)
  await expectSame(again)
})

test('a snapshot is a copy', async () => {
  const project = withStates()
  const matrix = await project.states.matrix()
  const snapshot = matrix.snapshot()
  const before = snapshot.states.slice()
  project.states.set(
    ids(project).map((imageId) => ({ imageId, labelId: 1, state: 1 })),
    { title: 'x' },
  )
  expect(snapshot.states).toEqual(before)
  expect(snapshot.states).toHaveLength(count * 3)
  expect(matrix.states).not.toEqual(before)
})

test('nothing to read is a matrix of nothing', async () => {
  const project = newProject()
  const matrix = await project.states.matrix()
  expect(matrix.snapshot()).toEqual({ states: new Int8Array(), imageIds: new Int32Array(), labelIds: new Int32Array() })
  project.images.applyScan({ added: [scanned('a.jpg')] })
  project.labels.add({ name: 'dog' })
  project.states.set([{ imageId: 1, labelId: 1, state: -1 }], { title: 'x' })
  expect(matrix.snapshot()).toEqual({
    states: Int8Array.of(-1),
    imageIds: Int32Array.of(1),
    labelIds: Int32Array.of(1),
  })
})

test('a snapshot of the project stays as it was while marking goes on', () => {
  const project = newProject({ labels: ['dog', 'cat'], images: ['a.jpg', 'b.jpg', 'c.jpg'] })
  project.states.set(
    [
      { imageId: 1, labelId: 1, state: 1 },
      { imageId: 1, labelId: 2, state: -1 },
      { imageId: 3, labelId: 2, state: 1 },
    ],
    { title: 'x', at: 123 },
  )
  const snapshot = project.snapshot()
  const walk = (query?: Parameters<typeof snapshot.images>[0]) =>
    [...snapshot.images(query)].map(({ image, states }) => [
      image.path,
      ...states.map(({ labelId, state }) => labelId * state),
    ])
  const expected = [['a.jpg', 1, -2], ['b.jpg'], ['c.jpg', 2]]
  expect(walk()).toEqual(expected)
  project.states.set([{ imageId: 2, labelId: 1, state: 1 }], { title: 'x' })
  project.labels.remove(1)
  project.images.applyScan({ missing: [3], added: [scanned('d.jpg')] })
  expect(walk()).toEqual(expected)
  expect(snapshot.labels).toHaveLength(2)
  expect(snapshot.changedAt).toBe(123)
  expect(walk({ states: 'present' })).toEqual([['a.jpg', 1], ['b.jpg'], ['c.jpg', 2]])
  expect(walk({ states: 'absent' })).toEqual([['a.jpg', -2], ['b.jpg'], ['c.jpg']])
  expect(walk({ states: 'none' })).toEqual([['a.jpg'], ['b.jpg'], ['c.jpg']])
  snapshot.close()
  snapshot.close()
  const later = project.snapshot()
  expect([...later.images({ status: ['missing'] })].map(({ image }) => image.path)).toEqual(['c.jpg'])
  expect([...later.images({ states: 'present' })].map(({ states }) => states.length)).toEqual([0, 0, 1, 0])
  later.close()
})
